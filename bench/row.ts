/** A made-up row of a table: ten fields, about 300 bytes as JSON, some of it beyond Latin. */
export interface Row {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number;
  readonly capital: boolean;
  readonly modified: string;
  readonly note: string;
}

const names = ['Lyon', 'Zürich', 'San Carlos de Bariloche', '横浜市', 'Łódź', 'Ouagadougou', 'Springfield'];
const countries = ['FR', 'CH', 'AR', 'JP', 'PL', 'BF', 'US'];
const notes = Array.from({ length: 64 }, (_, i) =>
  `Entry ${i} was taken from the census and checked against the map of its region. `.repeat(2),
);

export const rowOf = (id: number): Row => ({
  id,
  name: names[id % names.length] as string,
  country: countries[id % countries.length] as string,
  region: `R${id % 97}`,
  latitude: (id % 180) - 90 + 0.25,
  longitude: (id % 360) - 180 + 0.125,
  population: id * 7,
  capital: id % 50 === 0,
  modified: `2024-03-${10 + (id % 20)}`,
  note: notes[id % notes.length] as string,
});
