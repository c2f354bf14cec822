/** What can be read from a shared pool: what its crew of workers tells, and the tasks that wait in its pipelines. */
import { type PoolObserver, together } from '../metrics/together.js';
import { type LaneGauges, type PoolGauges, type RecordingObserver, record } from '../pool/recorder.js';

class CrewGauges implements PoolGauges {
  readonly #crew: PoolGauges;
  readonly #waiting: () => number;

  constructor(crew: PoolGauges, waiting: () => number) {
    this.#crew = crew;
    this.#waiting = waiting;
  }

  get name(): string {
    return this.#crew.name;
  }

  get queued(): number {
    return this.#crew.queued + this.#waiting();
  }

  get uningested(): number {
    return this.#crew.uningested;
  }

  get maxResults(): number {
    return this.#crew.maxResults;
  }

  get over(): boolean {
    return this.#crew.over;
  }

  get lanes(): readonly LaneGauges[] {
    return this.#crew.lanes;
  }
}

/** @param waiting tells how many tasks wait in the pipelines */
export function crewObserver(
  observers: readonly PoolObserver[],
  waiting: () => number,
): PoolObserver & RecordingObserver {
  const all = together(...observers);
  return { ...all, [record]: (crew) => all[record](new CrewGauges(crew, waiting)) };
}
