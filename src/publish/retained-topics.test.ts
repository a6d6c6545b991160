import { describe, expect, it } from 'vitest';
import { RetainedTopics } from './retained-topics.js';

function takeAll(retained: RetainedTopics): [string, string][] {
  const taken: [string, string][] = [];
  for (let message = retained.next(); message; message = retained.next())
    taken.push([message.topic, String(message.payload)]);
  return taken;
}

describe('RetainedTopics', () => {
  it('sends the newest payload of a topic, once', () => {
    const retained = new RetainedTopics(100);
    retained.set('a', '1');
    retained.set('b', '1');
    retained.set('a', '2');
    expect(takeAll(retained)).toEqual([
      ['b', '1'],
      ['a', '2'],
    ]);
    retained.set('a', '2');
    expect(takeAll(retained)).toEqual([]);
  });

  it('tells a broker without a memory everything again, but not what was removed', () => {
    const retained = new RetainedTopics(100);
    retained.set('a', '1');
    retained.set('b', '1');
    retained.remove('b');
    expect(takeAll(retained)).toEqual([
      ['a', '1'],
      ['b', ''],
    ]);
    retained.resendAll();
    expect(takeAll(retained)).toEqual([['a', '1']]);
  });

  it('says first what has to be said first, again until it is confirmed, and then the payload', () => {
    const retained = new RetainedTopics(100);
    retained.set('a', 'old');
    takeAll(retained);
    retained.set('a', 'new', { first: 'not old any more' });
    expect(takeAll(retained)).toEqual([['a', 'not old any more']]);
    retained.resendAll();
    const message = retained.next()!;
    expect(message.payload).toBe('not old any more');
    retained.confirm(message);
    expect(takeAll(retained)).toEqual([['a', 'new']]);
    retained.confirm({ topic: 'a', payload: 'new' });
    expect(takeAll(retained)).toEqual([]);
  });

  it('keeps the newest pictures within its bound', () => {
    const retained = new RetainedTopics(25);
    retained.set('state', 'ON');
    for (const topic of ['a', 'b', 'c', 'b']) retained.set(topic, Buffer.alloc(10));
    retained.next();
    retained.resendAll();
    expect(
      takeAll(retained)
        .map(([topic]) => topic)
        .sort(),
    ).toEqual(['b', 'c', 'state']);
  });
});
