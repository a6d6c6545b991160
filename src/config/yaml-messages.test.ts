import { describe, expect, it } from 'vitest';
import { readRules } from './load-rules.js';
import { formatProblem, inOrder } from './problem.js';
import { YamlFile } from './yaml-file.js';

function rulesSay(text: string): string[] {
  const { problems } = readRules(new YamlFile(text, { file: 'yard.yaml', env: {} }));
  return inOrder(problems, ['yard.yaml']).map(formatProblem);
}

describe('YAML that is none', () => {
  it.each([
    ['rules: [', 'yard.yaml:1:9: not valid YAML: the indentation does not fit, or a bracket is not closed'],
    ['rules:\n  - id: "a\n', 'yard.yaml:3:1: not valid YAML: a quote, bracket, comma or ":" is missing'],
    ['rules:\n\t- id: a', 'yard.yaml:2:1: not valid YAML: a tab in the indentation; use blanks'],
    [
      'rules: a: b',
      'yard.yaml:1:8: not valid YAML: a second "key:" on one line; put the value in quotes or begin a new line',
    ],
    ['rules: @a', 'yard.yaml:1:8: not valid YAML: a value cannot begin with @ or `; put it in quotes'],
    [
      'rules: !secret a',
      'yard.yaml:1:8: not valid YAML: unknown tag; a value that begins with ! needs quotes',
    ],
    [
      'rules: []\n---\nrules: []',
      'yard.yaml:2:1: not valid YAML: a second document begins here (---); one file holds one',
    ],
    ['rules: [*a]', 'yard.yaml:1:9 rules[0]: "*a" refers to nothing above it'],
    ['rules: &a [*a]', 'yard.yaml:1:12 rules[0]: "*a" refers to itself'],
    ['rules: []\n? [a]\n: 1', 'yard.yaml:2:3: expected a word as key'],
  ])('%j', (text, message) => expect(rulesSay(text)[0]).toBe(message));

  it('does not run out of stack on deep nesting', () => {
    const nested = expect.stringMatching(/^yard\.yaml:.* nested too deeply$/);
    expect(rulesSay('['.repeat(100_000))[0]).toEqual(nested);
    expect(rulesSay(Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))).toContainEqual(
      nested,
    );
  });

  it('does not run out of memory on aliases of aliases', () => {
    const lines = ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
    for (let i = 1; i < 10; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    expect(rulesSay(lines.join('\n'))).toContainEqual(
      expect.stringMatching(/^yard\.yaml:\d+:\d+ a\d\[\d\]: aliases stand for more than 10000 values$/),
    );
  });
});
