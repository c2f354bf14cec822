const BASE32 = '0123456789bcdefghjkmnpqrstuvwxyz';

/**
 * The geohash of a place: longitude and latitude are halved by turns, five bits to a letter. Degrees in; nine letters, by
 * default, are a cell of about five metres.
 */
export function geohash(longitude: number, latitude: number, letters = 9): string {
  const place = [longitude, latitude];
  const low = [-180, -90];
  const high = [180, 90];
  let hash = '';
  for (let bit = 0, letter = 0; hash.length < letters; bit += 1) {
    const axis = bit % 2;
    const middle = (low[axis]! + high[axis]!) / 2;
    const isUpper = place[axis]! >= middle;
    (isUpper ? low : high)[axis] = middle;
    letter = letter * 2 + Number(isUpper);
    if (bit % 5 === 4) {
      hash += BASE32[letter];
      letter = 0;
    }
  }
  return hash;
}
