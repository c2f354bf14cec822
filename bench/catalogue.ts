/** Who and what there is: the modules in `contenders/` and `workloads/`. Adding a file is all that it takes to take part. */
import { readdir } from 'node:fs/promises';
import type { Contender, ContenderModule } from './contender.js';
import { type Workload, workloadAt } from './workload.js';

export interface Entry {
  readonly name: string;
  readonly contender: Contender;
}

export interface Catalogue {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly contenders: readonly Entry[];
}

export async function readCatalogue(): Promise<Catalogue> {
  const workloads = new Map<string, Workload>();
  for (const name of await namesIn('workloads')) {
    workloads.set(name, await workloadAt(new URL(`./workloads/${name}.js`, import.meta.url).href));
  }
  const contenders: Entry[] = [];
  for (const name of await namesIn('contenders')) {
    const { contender } = (await import(`./contenders/${name}.js`)) as ContenderModule;
    contenders.push({ name, contender });
  }
  return { workloads, contenders };
}

async function namesIn(folder: string): Promise<string[]> {
  const files = await readdir(new URL(`./${folder}/`, import.meta.url));
  return files
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .sort();
}

export interface Field {
  readonly taking: readonly Entry[];
  /** Who would take part, and why they cannot. */
  readonly absent: readonly { readonly title: string; readonly why: string }[];
}

/** Who takes part in a workload. */
export function fieldOf(name: string, workload: Workload, contenders: readonly Entry[]): Field {
  const asked = contenders.filter(
    (entry) =>
      (workload.only?.includes(entry.name) ?? true) && (entry.contender.only?.includes(name) ?? true),
  );
  const taking: Entry[] = [];
  const absent: { title: string; why: string }[] = [];
  for (const entry of asked) {
    const why = entry.contender.absent?.(workload);
    if (why === undefined) taking.push(entry);
    else absent.push({ title: entry.contender.title, why });
  }
  return { taking, absent };
}
