import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../test/fixtures/fuzz-runs.js';
import { WordwatchError } from '../shared/errors.js';
import { createTopics } from './topics.js';

describe('createTopics', () => {
  it('builds the topics of the interface', () => {
    const topics = createTopics('wordwatch');
    const pair = { cameraId: 'yard', ruleId: 'fire' };
    expect([
      topics.status,
      topics.events,
      topics.cameraStatus('yard'),
      topics.state(pair),
      topics.score(pair),
      topics.event(pair),
      topics.attributes(pair),
      topics.snapshot(pair),
    ]).toEqual([
      'wordwatch/status',
      'wordwatch/events',
      'wordwatch/yard/status',
      'wordwatch/yard/fire/state',
      'wordwatch/yard/fire/score',
      'wordwatch/yard/fire/event',
      'wordwatch/yard/fire/attributes',
      'wordwatch/yard/fire/snapshot',
    ]);
  });

  it.each(['', '/', 'a//b', 'a/', '$SYS', 'a b', 'a+', '#', 'a\0', 'é', `${'x'.repeat(65)}`])(
    'refuses the prefix %j',
    (prefix) => expect(() => createTopics(prefix)).toThrow(WordwatchError),
  );

  it('reads a command back from the topic that it has for it, and from no other', () => {
    const topics = createTopics('house/wordwatch');
    const id = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/);
    fc.assert(
      fc.property(id, id, fc.constantFrom('set', 'snooze', 'budget'), (cameraId, ruleId, kind) => {
        const pair = { cameraId, ruleId };
        expect(topics.commandOf(topics.command(pair, kind))).toEqual({ pair, kind });
      }),
      { numRuns: fuzzRuns(500) },
    );
    const level = fc.oneof(
      id,
      fc.constantFrom('set', 'snooze', 'budget', '', '+', 'A', '..', 'é', 'a b', '$x'),
    );
    fc.assert(
      fc.property(fc.array(level, { maxLength: 5 }), (levels) => {
        const topic = `house/wordwatch/${levels.join('/')}`;
        const command = topics.commandOf(topic);
        if (command) expect(topics.command(command.pair, command.kind)).toBe(topic);
      }),
      { numRuns: fuzzRuns(5_000) },
    );
    expect(topics.commandOf('wordwatch/yard/fire/set')).toBeNull();
  });

  it('never makes a topic that an id or a prefix breaks out of', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', '-', '/', '+', '#', '\0', '$', ' ', '\n', 'é', '..') }),
      fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,63}$/),
    );
    fc.assert(
      fc.property(nasty, nasty, nasty, (prefix, cameraId, ruleId) => {
        let topic: string;
        try {
          topic = createTopics(prefix).state({ cameraId, ruleId });
        } catch (error) {
          expect(error).toBeInstanceOf(WordwatchError);
          return;
        }
        expect(topic).toMatch(/^[A-Za-z0-9_/-]+$/);
        expect(topic).toBe(`${prefix}/${cameraId}/${ruleId}/state`);
        expect(topic.split('/').length).toBe(prefix.split('/').length + 3);
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });
});
