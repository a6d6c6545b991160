import { describe, expect, it } from 'vitest';
import { balance, isBalanced, type Told } from './ledger.js';

const told = (seq: number, given: Partial<Told> = {}): Told => ({
  ...{ id: `event-${seq}`, seq, phase: 'start', cameraId: 'yard', ruleId: 'fire' },
  ...given,
});
const [first, second, third] = [told(1), told(2), told(3)];

describe('what became of events', () => {
  it('finds nothing wrong where each arrived in order, some twice', () => {
    const received = [first, second, first, second, third];
    const all = [first, second, third];
    const found = balance({ stored: all, printed: all, received });
    expect(isBalanced(found)).toBe(true);
    expect(found).toEqual({
      ...{ raised: 3, stored: 3, delivered: 3, forgotten: 0, lost: 0, outOfOrder: 0, idsReused: 0 },
    });
  });

  it('misses those that the store or the terminal alone knows', () => {
    const found = balance({ stored: [first, second], printed: [third], received: [first] });
    expect(found).toMatchObject({ raised: 3, stored: 2, delivered: 1, lost: 2 });
    expect(isBalanced(found)).toBe(false);
  });

  it('misses those in the store that only arrived', () => {
    const found = balance({ stored: [first], printed: [], received: [first, second] });
    expect(found).toMatchObject({ raised: 2, stored: 1, delivered: 2, lost: 0 });
  });

  it('does not blame anybody for what the broker took while it knew of no subscriber', () => {
    const mayMiss = ({ seq }: Told) => seq === 2;
    const all = [first, second, third];
    const found = balance({ stored: all, printed: [], received: [first], mayMiss });
    expect(found).toMatchObject({ delivered: 1, forgotten: 1, lost: 1 });
  });

  it('knows an order for each rule on each camera, of what arrives for the first time', () => {
    const other = told(4, { cameraId: 'door' });
    const order = (received: Told[]) => balance({ stored: [], printed: [], received }).outOfOrder;
    expect(order([other, first, second, first, third])).toBe(0);
    expect(order([first, third, second])).toBe(1);
  });

  it.each([
    ['a number for two events', [first, told(1, { id: 'other' })]],
    ['an id for two starts', [first, told(2, { id: first!.id })]],
    ['an id on two cameras', [first, told(2, { id: first!.id, phase: 'end', cameraId: 'door' })]],
  ])('sees %s', (_name, stored) => {
    expect(balance({ stored: stored as Told[], printed: [], received: [] }).idsReused).toBe(1);
  });
});
