/**
 * One contender on one workload, once, in a process of its own:
 *
 *     node build/bench/measure.js <workload> <contender> [items]
 *
 * Out: one line of JSON, or an error and an exit code.
 */
import type { ContenderModule } from './contender.js';
import { workloadAt } from './workload.js';

/** Every contender is warmed for so long: the compiler is through with the code of all by then. Who is given fewer tasks, for less. */
const WARM_MS = 1_500;

const [workloadName, contenderName, items] = process.argv.slice(2);
const url = new URL(`./workloads/${workloadName}.js`, import.meta.url).href;
const workload = await workloadAt(url);

const began = performance.now();
const { contender } = (await import(`./contenders/${contenderName}.js`)) as ContenderModule;
const loadMs = performance.now() - began;

const full = workload.items[contender.pace ?? 'fast'];
const count = items ? Number(items) : full;
const warmMs = WARM_MS * Math.min(1, count / full);
const match = { contender, workload, url, items: count, warmMs, loadMs };
console.log(JSON.stringify(await workload.driver(match)));
