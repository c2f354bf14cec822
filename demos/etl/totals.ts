/** What is known of each country, after some of the places. */
import type { PlaceRow } from './place.js';

export interface Total {
  places: number;
  people: number;
  /** Degrees of latitude. */
  north: number;
  south: number;
}

export type Totals = Map<string, Total>;

export function addPlaces(totals: Totals, rows: Iterable<PlaceRow>): void {
  for (const [, , country, people, , latitude] of rows) {
    let total = totals.get(country);
    if (!total) {
      total = { places: 0, people: 0, north: -90, south: 90 };
      totals.set(country, total);
    }
    total.places += 1;
    total.people += Number(people);
    total.north = Math.max(total.north, Number(latitude));
    total.south = Math.min(total.south, Number(latitude));
  }
}
