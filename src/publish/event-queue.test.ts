import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from './event-queue.js';

describe('EventQueue', () => {
  it('drops the oldest when it is full, and counts it', () => {
    const queue = new EventQueue<number>(2);
    for (const item of [1, 2, 3]) queue.push(item);
    expect([queue.next(), queue.next(), queue.next()]).toEqual([2, 3, null]);
    expect([queue.size, queue.dropped]).toEqual([2, 1]);
  });

  it('sends again, in the old order, what was under way when the connection broke', () => {
    const queue = new EventQueue<number>(9);
    for (const item of [1, 2, 3]) queue.push(item);
    queue.next();
    queue.next();
    queue.acknowledge(2);
    queue.rewind();
    expect([queue.next(), queue.next(), queue.next()]).toEqual([1, 3, null]);
  });

  it('confirms every item once and in order, whenever connections break', () => {
    const step = fc.constantFrom('push', 'send', 'acknowledge', 'break');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new EventQueue<{ n: number }>(1_000);
        const confirmed: number[] = [];
        let underWay: { n: number }[] = [];
        let pushed = 0;
        const send = () => {
          const item = queue.next();
          if (item) underWay.push(item);
        };
        const acknowledge = () => {
          const item = underWay.shift();
          if (!item) return;
          queue.acknowledge(item);
          confirmed.push(item.n);
        };
        for (const what of steps) {
          if (what === 'push') queue.push({ n: pushed++ });
          if (what === 'send') send();
          if (what === 'acknowledge') acknowledge();
          if (what === 'break') {
            queue.rewind();
            underWay = [];
          }
        }
        queue.rewind();
        underWay = [];
        while (queue.size > 0) {
          send();
          acknowledge();
        }
        expect(confirmed).toEqual(Array.from({ length: pushed }, (_, n) => n));
      }),
    );
  });
});
