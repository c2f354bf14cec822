/** Plays a workload: every measurement is a process of its own, and in each round every contender has its turn. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figures } from './driver.js';

const LONGEST_MS = 300_000;

export interface Player {
  /** Of the measurement's program: another build has another. */
  readonly program?: string;
  readonly workload: string;
  readonly contender: string;
  /** Tasks, if not as many as the workload says. */
  readonly items: number | undefined;
}

/** The figures of its rounds, or what it failed with. */
export type Played = readonly Figures[] | MeasurementError;

/**
 * So many rounds of all of them, by turns: a machine that is busy for a while is so for all. Each round begins with another one,
 * that nobody always comes behind the same neighbour. Who has failed once has no further turn.
 * @returns what became of each player, in their order
 */
export async function playRounds(players: readonly Player[], rounds: number): Promise<Played[]> {
  const taken = players.map(() => [] as Figures[]);
  const failures = new Map<number, MeasurementError>();
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < players.length; turn += 1) {
      const next = (round + turn) % players.length;
      if (failures.has(next)) continue;
      try {
        taken[next]?.push(await measure(players[next] as Player));
      } catch (error) {
        failures.set(next, error as MeasurementError);
      }
    }
  }
  return taken.map((figures, player) => failures.get(player) ?? figures);
}

const ownProgram = fileURLToPath(new URL('./measure.js', import.meta.url));

/** A measurement ended without figures: for a wrong result, too. */
export class MeasurementError extends Error {
  readonly player: Player;

  constructor(player: Player, cause: unknown) {
    super(`${player.contender} on ${player.workload}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.player = player;
  }
}

async function measure(player: Player): Promise<Figures> {
  const { program = ownProgram, workload, contender, items } = player;
  const args = [program, workload, contender, ...(items === undefined ? [] : [String(items)])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: LONGEST_MS });
    return JSON.parse(stdout) as Figures;
  } catch (error) {
    throw new MeasurementError(player, error);
  }
}
