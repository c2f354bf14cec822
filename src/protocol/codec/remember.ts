/** Entries of a map that are kept; beyond, the one that was not asked for longest is forgotten. */
const MOST = 64;

/** @param known whose keys are in the order of their last use */
export function remember<V>(known: Map<string, V>, key: string, make: () => V): V {
  const value = known.get(key) ?? make();
  known.delete(key);
  known.set(key, value);
  if (known.size > MOST) known.delete(known.keys().next().value as string);
  return value;
}
