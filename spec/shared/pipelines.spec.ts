import { expect } from 'chai';
import type { Attributed } from '#src/shared/jobChannel.js';
import type { Pipeline } from '#src/shared/pipeline.js';
import { Pipelines } from '#src/shared/pipelines.js';

/** What they are told, in its order. */
function pipelinesOf(maxResults: number, workers: number) {
  const told: string[] = [];
  const turnstile = { join: () => told.push('joins'), leave: () => told.push('leaves') };
  const pipelines = new Pipelines<number, string>(turnstile, maxResults, workers);
  const pipeline = (name: string, waiting = 0) =>
    ({
      waiting,
      share: (credits: number) => told.push(`${name} may keep ${credits}`),
      result: ({ value }: Attributed<string>) => told.push(`${name} has ${value}`),
      stop: () => told.push(`${name} stops`),
      poolEnded: (reason: unknown) => told.push(`${name} ends: ${reason}`),
    }) as unknown as Pipeline<number, string>;
  return { pipelines, pipeline, news: () => told.splice(0) };
}

const resultOf = (owner: Pipeline<number, string> | undefined): Attributed<string> => ({
  value: 'it',
  owner,
  worker: 0,
  attempt: 1,
  task: undefined,
});

describe('Pipelines', () => {
  it('SHR-2 the credits of each worker are shared: when one comes or goes, and when there are more workers or fewer', () => {
    const { pipelines, pipeline, news } = pipelinesOf(12, 2);
    const [a, b] = [pipeline('a'), pipeline('b')];
    pipelines.join(a);
    expect(news()).to.deep.equal(['a may keep 6', 'joins']);
    pipelines.join(b);
    expect(news()).to.deep.equal(['a may keep 3', 'b may keep 3', 'joins']);
    pipelines.resize(4);
    expect(news()).to.deep.equal(['a may keep 1', 'b may keep 1']);
    pipelines.leave(a);
    expect(news()).to.deep.equal(['leaves', 'a stops', 'b may keep 3']);
    pipelines.leave(b);
    expect(news()).to.deep.equal(['leaves', 'b stops']);
  });

  it('SHR-1 a result is its own pipeline’s, also when that has left; one of no task is everybody’s', () => {
    const { pipelines, pipeline, news } = pipelinesOf(12, 2);
    const [a, b, gone] = [pipeline('a'), pipeline('b'), pipeline('gone')];
    for (const each of [a, b, gone]) pipelines.join(each);
    pipelines.leave(gone);
    news();
    pipelines.result(resultOf(b));
    pipelines.result(resultOf(gone));
    pipelines.result(resultOf(undefined));
    expect(news()).to.deep.equal(['b has it', 'gone has it', 'a has it', 'b has it']);
  });

  it('SHR-7 what waits in all of them is counted', () => {
    const { pipelines, pipeline } = pipelinesOf(12, 2);
    const [a, b] = [pipeline('a', 3), pipeline('b', 4)];
    expect(pipelines.waiting).to.equal(0);
    for (const each of [a, b]) pipelines.join(each);
    expect(pipelines.waiting).to.equal(7);
    pipelines.leave(a);
    expect(pipelines.waiting).to.equal(4);
  });

  it('SHR-4 each is told of the end, also behind one that throws, and though they leave meanwhile', () => {
    const { pipelines, pipeline, news } = pipelinesOf(12, 2);
    const failing = Object.assign(pipeline('failing'), {
      poolEnded: () => {
        pipelines.leave(failing);
        throw new Error('its teardown');
      },
    });
    for (const each of [failing, pipeline('b')]) pipelines.join(each);
    news();
    expect(() => pipelines.poolEnded('why')).to.throw('its teardown');
    expect(news().at(-1)).to.equal('b ends: why');
  });
});
