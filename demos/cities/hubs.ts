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

/** The nearest hub with more people, or undefined for the largest city of all. */
export function nearestLarger(hubs: Hubs, city: City): Neighbour | undefined {
  const place = onUnitSphere(city);
  const hub = nearestOfFirst(countLarger(hubs.population, city.population), hubs, place);
  if (hub === NONE) return undefined;
  const km = EARTH_RADIUS_KM * Math.acos(Math.min(1, cosine(hubs, hub, place)));
  return { name: hubs.names[hub]!, km: Math.round(km * 10) / 10 };
}

/** Looks at each of the first `count` hubs: this is where the time goes. */
function nearestOfFirst(count: number, hubs: Hubs, place: Point): number {
  let nearest = NONE;
  let largestCosine = -Infinity;
  for (let hub = 0; hub < count; hub += 1) {
    const thisCosine = cosine(hubs, hub, place);
    if (thisCosine > largestCosine) {
      largestCosine = thisCosine;
      nearest = hub;
    }
  }
  return nearest;
}

/** Of the angle between a hub and a place, seen from the centre of the earth. */
function cosine({ x, y, z }: Hubs, hub: number, place: Point): number {
  return x[hub]! * place.x + y[hub]! * place.y + z[hub]! * place.z;
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
