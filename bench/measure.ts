/**
 * One contender on one workload, once, in a process of its own:
 *
 *     node build/bench/measure.js <workload> <contender> [items]
 *
 * Out: one line of JSON, or an error and an exit code.
 */
import type { ContenderModule } from './contender.js';
import { workloadAt } from './workload.js';

const [workloadName, contenderName, items] = process.argv.slice(2);
const url = new URL(`./workloads/${workloadName}.js`, import.meta.url).href;
const workload = await workloadAt(url);

const began = performance.now();
const { contender } = (await import(`./contenders/${contenderName}.js`)) as ContenderModule;
const loadMs = performance.now() - began;

const full = workload.items[contender.pace ?? 'fast'];
const match = { contender, workload, url, items: items ? Number(items) : full, loadMs };
console.log(JSON.stringify(await workload.driver(match)));
