import { expect } from 'chai';
import { hold, holdUntil, pause, type Release } from 'looppool';
import { from, merge, of, Subject } from 'rxjs';
import { delay, filter, map, mergeMap, scan, share } from 'rxjs/operators';
import { emit } from '#src/demand/emission.js';
import { FailureTakingEmitter, RecordingEmitter } from '../support/recordingEmitter.js';
import { turns } from '../support/turns.js';
import { unhandledDuring } from '../support/unhandled.js';

describe('hold, pause, holdUntil', () => {
  let emitter: RecordingEmitter;
  let source: Subject<number>;
  const send = (value: number) => emit(source, value, emitter, value);
  beforeEach(() => {
    emitter = new RecordingEmitter();
    source = new Subject();
  });

  it('EMI-1 a value settles when what holds it is released', () => {
    let release!: Release;
    source.subscribe(() => {
      release = hold();
    });
    send(1);
    expect(emitter.settlings).to.deep.equal([]);
    release();
    expect(emitter.settlings).to.deep.equal([1]);
  });

  it('EMI-2 a release counts once, however often it is called', () => {
    const releases: Release[] = [];
    source.subscribe(() => {
      releases.push(hold(), hold());
    });
    send(1);
    releases[0]?.();
    releases[0]?.();
    expect(emitter.settlings).to.deep.equal([]);
    releases[1]?.();
    expect(emitter.settlings).to.deep.equal([1]);
    for (const release of releases) release();
    expect(emitter.settlings).to.deep.equal([1]);
  });

  it('EMI-2 a release that comes twice does not let go of the next value', () => {
    const releases: Release[] = [];
    source.subscribe(() => {
      const release = hold();
      releases.push(release);
      // The first is released within its own delivery, so that its scope may serve the second.
      if (releases.length === 1) release();
    });
    send(1);
    send(2);
    releases[0]?.();
    expect(emitter.settlings).to.deep.equal([1]);
    releases[1]?.();
    expect(emitter.settlings).to.deep.equal([1, 2]);
  });

  it('EMI-2 a pause is over when every one who asked for it has let go, each counted once', () => {
    const releases: Release[] = [];
    for (let i = 0; i < 2; i += 1) source.subscribe(() => releases.push(pause()));
    expect(send(1)).to.equal(false);
    releases[0]?.();
    releases[0]?.();
    expect(emitter.rooms).to.equal(0);
    releases[1]?.();
    expect(emitter.rooms).to.equal(1);
    releases[1]?.();
    expect(emitter.rooms).to.equal(1);
  });

  it('EMI-1 every subscriber may hold: the value settles behind the slowest', () => {
    const releases: Release[] = [];
    for (let i = 0; i < 3; i += 1) source.subscribe(() => releases.push(hold()));
    send(1);
    for (const release of releases) {
      expect(emitter.settlings).to.deep.equal([]);
      release();
    }
    expect(emitter.settlings).to.deep.equal([1]);
  });

  for (const [name, through] of [
    ['map', (values: Subject<number>) => values.pipe(map((value) => value * 2))],
    ['scan', (values: Subject<number>) => values.pipe(scan((sum, value) => sum + value))],
    ['share', (values: Subject<number>) => values.pipe(share())],
    ['merge', (values: Subject<number>) => merge(new Subject<number>(), values)],
    [
      'mergeMap of a synchronous Observable',
      (values: Subject<number>) => values.pipe(mergeMap((v) => of(v))),
    ],
  ] as const) {
    it(`EMI-1 reaches the value through ${name}`, () => {
      let release!: Release;
      through(source).subscribe(() => {
        release = hold();
      });
      send(1);
      expect(emitter.settlings).to.deep.equal([]);
      release();
      expect(emitter.settlings).to.deep.equal([1]);
    });
  }

  it('EMI-1 several results of one value hold it together', () => {
    const releases: Release[] = [];
    source.pipe(mergeMap((value) => from([value, value, value]))).subscribe(() => releases.push(hold()));
    send(1);
    for (const release of releases) {
      expect(emitter.settlings).to.deep.equal([]);
      release();
    }
    expect(emitter.settlings).to.deep.equal([1]);
  });

  it('EMI-1 a value that is filtered out settles at once', () => {
    source.pipe(filter((value) => value > 1)).subscribe(() => hold());
    send(1);
    send(2);
    expect(emitter.settlings).to.deep.equal([1]);
  });

  it('EMI-1 has no effect outside an emission, nor behind an asynchronous operator', async () => {
    hold()();
    pause()();
    const done = new Promise<void>((resolve) => {
      source.pipe(delay(0)).subscribe(() => {
        hold();
        pause();
        resolve();
      });
    });
    expect(send(1)).to.equal(true);
    await done;
    expect(emitter.settlings).to.deep.equal([1]);
    expect(emitter.rooms).to.equal(0);
  });

  describe('holdUntil', () => {
    const failing = new FailureTakingEmitter();
    const asTask = (token: number, within: () => void) => emit({ next: within }, undefined, failing, token);

    it('EMI-1 holds until the promise resolves', async () => {
      let resolve!: () => void;
      const promise = new Promise<void>((resolved) => {
        resolve = resolved;
      });
      source.subscribe(() => holdUntil(promise));
      send(1);
      await turns();
      expect(emitter.settlings).to.deep.equal([]);
      resolve();
      await turns();
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-1 fails a task when the promise rejects, and settles it once', async () => {
      const boom = new Error('boom');
      asTask(1, () => holdUntil(Promise.reject(boom)));
      await turns();
      expect(failing.failures).to.deep.equal([[1, boom]]);
      expect(failing.settlings).to.deep.equal([]);
    });

    it('EMI-1 fails a task when a hand-made promise throws', async () => {
      const boom = new Error('then');
      const hostile = {
        // biome-ignore lint/suspicious/noThenProperty: it is hostile
        get then(): never {
          throw boom;
        },
      };
      asTask(2, () => holdUntil(hostile));
      await turns();
      expect(failing.failures.at(-1)).to.deep.equal([2, boom]);
    });

    it('EMI-1 elsewhere a rejection settles the value and is left to the platform', async () => {
      const boom = new Error('boom');
      source.subscribe(() => holdUntil(Promise.reject(boom)));
      expect(await unhandledDuring(() => send(1))).to.deep.equal([boom]);
      expect(emitter.settlings).to.deep.equal([1]);
    });

    it('EMI-1 outside an emission only waits for the promise', async () => {
      holdUntil(Promise.resolve());
      await turns();
      expect(emitter.settlings).to.deep.equal([]);
    });
  });
});
