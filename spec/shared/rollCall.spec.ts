import { expect } from 'chai';
import { RollCall } from '#src/shared/rollCall.js';

function rollCallOf(workers: number) {
  const told: string[] = [];
  const rollCall = new RollCall(workers, () => told.push('ready'));
  const resize = (n: number) => rollCall.resize(n, () => told.push(`resized to ${rollCall.size}`));
  return { rollCall, resize, told };
}

describe('RollCall', () => {
  it('SHR-1 all are ready once each has been, in whatever order, and whoever takes its place', () => {
    const { rollCall, told } = rollCallOf(3);
    for (const worker of [2, 0, 0, 2]) rollCall.ready(worker);
    expect(told).to.deep.equal([]);
    for (const worker of [1, 1, 0]) rollCall.ready(worker);
    expect(told).to.deep.equal(['ready']);
  });

  it('SHR-6 a resize to more is through once the new workers are ready', () => {
    const { rollCall, resize, told } = rollCallOf(1);
    resize(3);
    expect(rollCall.size).to.equal(3);
    for (const worker of [2, 2]) rollCall.ready(worker);
    expect(told).to.deep.equal([]);
    for (const worker of [1, 1, 2]) rollCall.ready(worker);
    expect(told).to.deep.equal(['resized to 3']);
  });

  it('SHR-6 a resize to fewer is through once the others are gone, also those that are ready only now', () => {
    const { rollCall, resize, told } = rollCallOf(4);
    resize(2);
    for (const worker of [0, 1, 2, 3]) rollCall.ready(worker);
    expect(told).to.deep.equal(['ready']);
    for (const worker of [3, 2]) rollCall.gone(worker);
    expect(told).to.deep.equal(['ready', 'resized to 2']);
  });

  it('SHR-6 one that is gone for good is not waited for, though it was never ready', () => {
    const { rollCall, resize, told } = rollCallOf(1);
    resize(3);
    for (const worker of [1, 2]) rollCall.gone(worker);
    expect(told).to.deep.equal(['resized to 3']);
  });

  it('SHR-1 a place that is given up before its worker was ever ready keeps nobody waiting for the others', () => {
    const { rollCall, resize, told } = rollCallOf(3);
    rollCall.ready(0);
    resize(2);
    rollCall.gone(2);
    expect(told).to.deep.equal(['resized to 2']);
    rollCall.ready(1);
    expect(told).to.deep.equal(['resized to 2', 'ready']);
  });

  it('SHR-1 that all are gone at the end does not mean that they were ready', () => {
    const { rollCall, told } = rollCallOf(2);
    for (const worker of [0, 1]) rollCall.gone(worker);
    expect(told).to.deep.equal([]);
  });

  it('SHR-6 what a resize tells may be the next one', () => {
    const told: number[] = [];
    const rollCall = new RollCall(2, () => {});
    rollCall.resize(1, () => {
      told.push(1);
      rollCall.resize(2, () => told.push(2));
    });
    rollCall.gone(1);
    rollCall.ready(1);
    expect(told).to.deep.equal([1, 2]);
  });
});
