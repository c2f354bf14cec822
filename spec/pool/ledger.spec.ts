import { expect } from 'chai';
import fc from 'fast-check';
import { Ledger } from '#src/pool/ledger.js';
import { NONE } from '#src/pool/order.js';
import { UNSOLICITED } from '#src/protocol/wire.js';

describe('Ledger', () => {
  /** Tasks that stay for a few steps, and stragglers that stay to the end. */
  const run = fc.record({
    before: fc.constantFrom(0, 1, 500, 510, 5000),
    steps: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.constant({ act: 'add' as const }) },
        { weight: 4, arbitrary: fc.record({ act: fc.constant('close' as const), which: fc.nat() }) },
        { weight: 1, arbitrary: fc.record({ act: fc.constant('closeUnknown' as const), which: fc.nat() }) },
      ),
      { maxLength: 400, size: 'max' },
    ),
    stragglers: fc.uniqueArray(fc.nat(60), { maxLength: 6 }),
  });

  it('CRD-3 agrees with a map: a task is closed once, and only if it was open', () => {
    fc.assert(
      fc.property(run, ({ before, steps, stragglers }) => {
        const ledger = new Ledger<string>();
        const model = new Map<number, string>();
        for (let position = 0; position < before; position += 1) ledger.close(ledger.add('before', 0));
        let position = before;
        for (const step of steps) {
          if (step.act === 'add') {
            ledger.add(`task ${position}`, position * 2);
            model.set(position, `task ${position}`);
            position += 1;
          } else if (step.act === 'close') {
            const closable = [...model.keys()].filter((own) => !stragglers.includes(own));
            if (closable.length === 0) continue;
            const own = closable[step.which % closable.length] as number;
            expect(ledger.task(own)).to.equal(model.get(own));
            expect(ledger.standing(own)).to.equal(own * 2);
            expect(ledger.close(own)).to.equal(true);
            model.delete(own);
            expect(ledger.close(own), 'a second time').to.equal(false);
          } else {
            const own = step.which % (position + 3);
            if (model.has(own)) continue;
            expect(ledger.task(own)).to.equal(undefined);
            expect(ledger.close(own)).to.equal(false);
          }
          expect(ledger.size).to.equal(model.size);
        }
        expect(ledger.open()).to.deep.equal([...model.values()]);
        for (const own of model.keys()) expect(ledger.task(own)).to.equal(`task ${own}`);
        const all = [...Array(position).keys()];
        const standings = all.map((own) => (model.has(own) ? own * 2 : NONE));
        expect(ledger.standings([0, position, 1, UNSOLICITED, 2, 0])).to.deep.equal([
          ...standings,
          NONE,
          NONE,
        ]);
      }),
    );
  });

  it('ERR-3 names what is open oldest first, also a task that stayed while a million passed', () => {
    const ledger = new Ledger<number>();
    ledger.add(0, 0);
    for (let position = 1; position < 1_000_000; position += 1) {
      ledger.add(position, 0);
      if (position !== 500_000) ledger.close(position);
    }
    expect(ledger.open()).to.deep.equal([0, 500_000]);
    expect(ledger.size).to.equal(2);
    expect([ledger.close(0), ledger.close(0), ledger.open()]).to.deep.equal([true, false, [500_000]]);
  });

  it('OPR-6 keeps tasks that are falsy', () => {
    const ledger = new Ledger<unknown>();
    const tasks = [undefined, null, 0, '', false];
    for (const task of tasks) ledger.add(task, 0);
    expect(ledger.open()).to.deep.equal(tasks);
    expect(ledger.close(0)).to.equal(true);
    expect(ledger.size).to.equal(4);
  });

  it('CRD-3 tells positions apart that are far beyond 32 bits', () => {
    const far = 2 ** 40;
    const ledger = new Ledger<string>(far);
    expect(ledger.add('far', 0)).to.equal(far);
    expect(ledger.close(far % 2 ** 32)).to.equal(false);
    expect(ledger.task(far)).to.equal('far');
    expect(ledger.close(far)).to.equal(true);
  });
});
