/**
 * The table of large cities that every worker looks things up in: columns of numbers over shared memory, so that
 * however many threads there are, it is in memory once.
 */
import type { City } from './worldCities.js';

/** One row for each hub, the largest first. */
export interface Hubs {
  readonly names: readonly string[];
  readonly population: Float64Array;
  /** The place as a point on the unit sphere. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
}

export interface Neighbour {
  readonly name: string;
  /** Along the great circle. */
  readonly km: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const EARTH_RADIUS_KM = 6371;
const NONE = -1;

export function hubsAmong(cities: Iterable<City>, leastPopulation: number): Hubs {
  const large: City[] = [];
  for (const city of cities) if (city.population >= leastPopulation) large.push(city);
  large.sort((a, b) => b.population - a.population);
  const points = large.map(onUnitSphere);
  return {
    names: large.map(({ name }) => name),
    population: sharedColumn(large.map(({ population }) => population)),
    x: sharedColumn(points.map(({ x }) => x)),
    y: sharedColumn(points.map(({ y }) => y)),
    z: sharedColumn(points.map(({ z }) => z)),
  };
}

/**
 * A function that finds the nearest hub with more people than a city has; undefined for the largest city of all.
 * It looks at every larger hub there is, which is where the time goes: as constants of one closure the columns are read
 * three times as fast as when they are passed along.
 */
export function nearestLargerOf({ names, population, x, y, z }: Hubs): (city: City) => Neighbour | undefined {
  const cosine = (hub: number, place: Point) => x[hub]! * place.x + y[hub]! * place.y + z[hub]! * place.z;

  const nearestOfFirst = (count: number, place: Point) => {
    let nearest = NONE;
    let largestCosine = -Infinity;
    for (let hub = 0; hub < count; hub += 1) {
      const thisCosine = cosine(hub, place);
      if (thisCosine > largestCosine) {
        largestCosine = thisCosine;
        nearest = hub;
      }
    }
    return nearest;
  };

  return (city) => {
    const place = onUnitSphere(city);
    const hub = nearestOfFirst(countLarger(population, city.population), place);
    if (hub === NONE) return undefined;
    const km = EARTH_RADIUS_KM * Math.acos(Math.min(1, cosine(hub, place)));
    return { name: names[hub]!, km: Math.round(km * 10) / 10 };
  };
}

function onUnitSphere({ longitude, latitude }: City): Point {
  const lambda = (longitude * Math.PI) / 180;
  const phi = (latitude * Math.PI) / 180;
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) };
}

/** How many of the populations, which descend, are above `population`: a binary search. */
function countLarger(populations: Float64Array, population: number): number {
  let low = 0;
  let high = populations.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (populations[middle]! > population) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sharedColumn(values: readonly number[]): Float64Array {
  const column = new Float64Array(new SharedArrayBuffer(values.length * Float64Array.BYTES_PER_ELEMENT));
  column.set(values);
  return column;
}
