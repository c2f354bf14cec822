/** A line of the file, as CSV reads it. */
export type PlaceRow = readonly [
  round: string,
  name: string,
  country: string,
  population: string,
  longitude: string,
  latitude: string,
];

export const HEADER = 'round,name,country,population,longitude,latitude';
