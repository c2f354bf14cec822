import { expect } from 'chai';

describe('x', () => {
  it('HSE-4 x', () => expect(1).to.equal(1));
});
