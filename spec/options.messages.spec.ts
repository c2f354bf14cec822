import { expect } from 'chai';
import {
  InvalidOptionError,
  inlineWorker,
  type PoolOptions,
  type ProcessWorkerOptions,
  poolMap,
  processWorker,
  type ThreadWorkerOptions,
  threadWorker,
} from 'looppool';
import { defineWorker } from 'looppool/worker';

const worker = inlineWorker(defineWorker<number, number>((tasks) => tasks));
const file = new URL('file:///x.worker.js');

/** What `act` throws, which must be an InvalidOptionError. */
function refusal(act: () => unknown): InvalidOptionError {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidOptionError) return error;
    throw error;
  }
  throw new Error('It was taken');
}

const withOptions = (options: object) => () => poolMap(worker, 2, options as PoolOptions);
const inThread = (options: object | null) => () => threadWorker(file, options as ThreadWorkerOptions);
const inProcess = (options: object) => () => processWorker(file, options as ProcessWorkerOptions);

describe('the options of a pool', () => {
  const wrong: readonly [option: string, act: () => unknown, message: RegExp][] = [
    ['workerFactory', () => poolMap(3 as never, 2), /^workerFactory must be a function.*got 3 \(number\)/],
    ['n', () => poolMap(worker, 0), /^n, the number of workers, must be an integer.*got 0/],
    ['n', () => poolMap(worker, 1.5), /got 1\.5/],
    ['n', () => poolMap(worker, '2' as never), /got "2" \(string\)/],
    ['options', () => poolMap(worker, 2, [1] as never), /^options must be an object; got \[1\] \(array\)/],
    ['maxTasks', withOptions({ maxTasks: 0 }), /^maxTasks must be an integer of at least 1; got 0/],
    ['maxResults', withOptions({ maxResults: Infinity }), /^maxResults must/],
    ['backlog', withOptions({ backlog: -1 }), /at least 0, or Infinity; got -1/],
    ['overflow', withOptions({ overflow: 'drop' }), /^overflow must be 'error' or .*; got "drop"/],
    ['grace', withOptions({ grace: Infinity }), /^grace must be milliseconds/],
    ['name', withOptions({ name: '' }), /non-empty string; got ""/],
    [
      'signal',
      withOptions({ signal: new AbortController() }),
      /an AbortSignal; got \[object AbortController\]/,
    ],
    ['events', withOptions({ events: { on: 1 } }), /an Observer; got \{"on":1\}/],
    ['maxTask', withOptions({ maxTask: 3 }), /^option maxTask must be one of maxTasks, maxResults,/],
    ['url', () => threadWorker('./x.worker.js'), /^The file of threadWorker\(\) must be a file URL/],
    ['options', inThread(null), /^threadWorker's options must be an object; got null/],
    ['timeout', inThread({ timeout: 3 }), /^threadWorker's option timeout must be one of startTimeout,/],
    ['startTimeout', inThread({ startTimeout: 0 }), /milliseconds above 0, up to 2147483647; got 0/],
    ['startTimeout', inThread({ startTimeout: Infinity }), /got Infinity/],
    ['url', () => processWorker('./x.worker.js'), /^The file of processWorker\(\) must be a file URL/],
    [
      'serialization',
      inProcess({ serialization: 'json' }),
      /^processWorker's option serialization must be one/,
    ],
    ['startTimeout', inProcess({ startTimeout: 0 }), /^processWorker's option startTimeout must be milli/],
    ['argv', inProcess({ argv: [1] }), /an array of strings; got \[1\] \(array\)/],
    ['execArgv', inProcess({ execArgv: '--x' }), /an array of strings; got "--x"/],
    ['env', inProcess({ env: null }), /an object of strings; got null/],
    ['cwd', inProcess({ cwd: '' }), /a path or a file URL; got ""/],
    ['stdio', inProcess({ stdio: 'pipe' }), /'inherit', 'ignore', .*fork a process of your own.*got "pipe"/],
    ['stdio', inProcess({ stdio: ['ignore', 'pipe', 'pipe'] }), /or three of them/],
    [
      'resourceLimits',
      inProcess({ resourceLimits: { maxOldGenerationSizeMb: 0 } }),
      /whole numbers of at least 1/,
    ],
    ['resourceLimits', inProcess({ resourceLimits: { stackSizeMb: 4 } }), /maxOldGenerationSizeMb, maxYoung/],
    ['definition', () => inlineWorker((() => {}) as never), /what defineWorker\(\) returned/],
  ];
  for (const [option, act, message] of wrong) {
    it(`OPR-5 are checked at once: ${option}, ${message.source}`, () => {
      const error = refusal(act);
      expect(error.message).to.match(message);
      expect([error.option, error.code]).to.deep.equal([option, 'ERR_LOOPPOOL_INVALID_OPTION']);
    });
  }

  it('OPR-5 may be undefined, and at the ends of their ranges', () => {
    withOptions({ maxTasks: undefined, maxResults: 1, backlog: 0, grace: 0 })();
    inThread({ startTimeout: 2 ** 31 - 1 })();
    inProcess({ startTimeout: 2 ** 31 - 1, stdio: ['ignore', 1, 'inherit'], cwd: new URL('.', file) })();
    inProcess({ argv: undefined, stdio: 'ignore', resourceLimits: { maxYoungGenerationSizeMb: 12 } })();
  });
});
