import { expect, it } from 'vitest';
import { limitsOf } from './limits.js';

it.each([
  ['more than three people', 'counting'],
  ['2 cars', 'counting'],
  ['a box left of the door', 'space'],
  ['a person behind the fence', 'space'],
  ['a van with a licence plate', 'text'],
  ['a hairline crack', 'detail'],
  ['a stranger at the door', 'intent'],
  ['somebody trying to open the door', 'intent'],
])('%s: %s', (phrase, kind) => {
  const [limit] = limitsOf(['a dog', phrase]);
  expect(limit).toMatchObject({ kind, phrase });
  expect(limit!.text).toContain(`in "${phrase}": `);
});

it('finds nothing in what pictures can show', () => {
  const fine = [
    'something is on fire',
    'the door is open',
    'a person is lying on the ground',
    'a brown dog',
    'water on the floor',
  ];
  expect(limitsOf([...fine, 'someone riding a bicycle', 'a parked car', 'a cardboard box'])).toEqual([]);
});
