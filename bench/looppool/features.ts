/** What a build of looppool can do: the guard runs these benchmarks over older ones, too. */

type Transfers = (value: unknown) => readonly ArrayBuffer[];
type Move = (value: object, transferables: readonly ArrayBuffer[]) => unknown;

/**
 * Marks what is to be transferred; undefined where nothing is, or where the build cannot.
 * @param door `looppool` or `looppool/worker`
 */
export function moverOf(
  door: object,
  transfers: Transfers | undefined,
): ((value: unknown) => unknown) | undefined {
  const { move } = door as { readonly move?: Move };
  return move && transfers && ((value) => move(value as object, transfers(value)));
}

/** Why a build without `move` has no part in a workload that moves. */
export const cannotMove = (door: object, transfers: Transfers | undefined): string | undefined =>
  transfers && !('move' in door) ? 'this build has no move()' : undefined;
