import { expect } from 'chai';
import fc from 'fast-check';
import { DurationHistogram } from '#src/metrics/durations.js';

const durations = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
});

describe('DurationHistogram', () => {
  it('MET-3 percentiles are right to 2 %, max and mean exactly', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(50, 90, 99, 100), (values, percent) => {
        const histogram = new DurationHistogram();
        for (const value of values) histogram.record(value);
        const sorted = [...values].sort((a, b) => a - b);
        const right = sorted[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)] as number;
        expect(histogram.percentile(percent)).to.be.within(right * 0.98, right * 1.02);
        const { count, max, mean } = histogram.summary();
        expect([count, max]).to.deep.equal([values.length, sorted.at(-1)]);
        expect(mean).to.be.closeTo(values.reduce((a, b) => a + b) / values.length, 1e-3);
      }),
    );
  });

  it('MET-3 what is added is as if it had been recorded here', () => {
    fc.assert(
      fc.property(durations, durations, (ours, theirs) => {
        const [a, b, all] = [new DurationHistogram(), new DurationHistogram(), new DurationHistogram()];
        for (const value of ours) a.record(value);
        for (const value of theirs) b.record(value);
        for (const value of [...ours, ...theirs]) all.record(value);
        a.add(b);
        expect({ ...a.summary(), mean: 0 }).to.deep.equal({ ...all.summary(), mean: 0 });
      }),
    );
  });

  it('MET-3 takes anything from nothing to a month, and is 0 while it is empty', () => {
    const histogram = new DurationHistogram();
    expect(histogram.summary()).to.deep.equal({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 });
    for (const ms of [0, 1e-9, 2 ** 40]) histogram.record(ms);
    expect(histogram.percentile(1)).to.equal(0);
    expect(histogram.summary().count).to.equal(3);
    expect(histogram.percentile(100)).to.be.at.least(2 ** 31);
  });
});
