/**
 * One contender on one workload, once, in a process of its own:
 *
 *     node build/bench/measure.js <workload> <contender> [items]
 *
 * Out: one line of JSON, or an error and an exit code.
 */
import type { ContenderModule } from './contender.js';
import type { WorkloadModule } from './workload.js';

const [workloadName, contenderName, items] = process.argv.slice(2);
const url = new URL(`./workloads/${workloadName}.js`, import.meta.url).href;
const { workload } = (await import(url)) as WorkloadModule;
const { contender } = (await import(`./contenders/${contenderName}.js`)) as ContenderModule;

const full = contender.slow ? workload.fewer : workload.items;
const figures = await workload.driver({ contender, workload, url, items: items ? Number(items) : full });
console.log(JSON.stringify(figures));
