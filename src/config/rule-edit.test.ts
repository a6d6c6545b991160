import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fuzzRuns } from '../../test/fixtures/fuzz-runs.js';
import { editRules, rulesInText } from './rule-edit.js';
import { renderInline } from './yaml-render.js';

const FILE = `# yaml-language-server: $schema=./rules.schema.json
# Of the yard.
rules:
  # In summer, too.
  - id: fire   # the first
    when:
      - "something is on fire" # from afar
      # and near
      - flames and smoke
    not: ['a sunset',   "steam"]   # not "lamps"
    confirm: { k: 3,  n: 5 }
    severity: critical
    for: 5s # long enough

  # Only in front.
  - {id: parcel, when: 'a parcel', not: [a doormat, # grey
     a door], threshold: 3.0}
  - name: "Water"
    # never empty
    id: water
    when: "water on the floor"
    tiles:
      region:
        - [0, 0.4]   # left
        - [1, 0.4]
        - [1, 1]
# the end
`;

const draftOf = (id: string, text = FILE) => rulesInText(text).find(({ draft }) => draft.id === id)!.draft;
/** Changes one rule of the file. */
const edited = (id: string, change: Record<string, unknown>) => {
  const draft = Object.entries({ ...draftOf(id), ...change }).filter(([, value]) => value !== undefined);
  return editRules(FILE, { draft: Object.fromEntries(draft), replaces: id });
};

describe('a rule that is edited in its file', () => {
  it('leaves everything as it is that does not differ', () => {
    expect(edited('fire', {})).toBe(FILE);
    const cases: [id: string, change: Record<string, unknown>, from: string, to: string][] = [
      ['fire', { for: '10s' }, 'for: 5s #', 'for: 10s #'],
      ['fire', { id: 'blaze' }, 'id: fire   #', 'id: blaze   #'],
      ['fire', { confirm: { k: 2, n: 5 } }, '{ k: 3,  n: 5 }', '{ k: 2,  n: 5 }'],
      [
        'fire',
        { confirm: { k: 3, n: 5 }, hysteresis: 1 },
        'for: 5s # long enough',
        'for: 5s # long enough\n    hysteresis: 1',
      ],
      ['fire', { not: ["it's a sunset", 'steam'] }, "['a sunset',", "['it''s a sunset',"],
      ['fire', { not: ['a sunset', 'steam', 'a: b'] }, '"steam"]', '"steam", "a: b"]'],
      ['fire', { not: ['steam'] }, '[\'a sunset\',   "steam"]', '["steam"]'],
      ['fire', { not: ['a sunset'] }, '[\'a sunset\',   "steam"]', "['a sunset']"],
      ['fire', { not: undefined }, '    not: [\'a sunset\',   "steam"]   # not "lamps"\n', ''],
      ['fire', { when: ['something is on fire'] }, '      - flames and smoke\n', ''],
      [
        'fire',
        { when: ['something is on fire', 'red', 'flames and smoke'] },
        'afar\n      # and near\n',
        'afar\n      - red\n      # and near\n',
      ],
      [
        'fire',
        { when: 'fire' },
        'when:\n      - "something is on fire" # from afar\n      # and near\n      - flames and smoke\n',
        'when: fire\n',
      ],
      ['fire', { cameras: ['yard'] }, '# not "lamps"\n', '# not "lamps"\n    cameras: [yard]\n'],
      ['parcel', { threshold: 2 }, 'threshold: 3.0', 'threshold: 2'],
      ['parcel', { threshold: undefined }, ', threshold: 3.0}', '}'],
      ['parcel', { name: 'Post' }, '{id: parcel, when', '{id: parcel,\n     name: Post, when'],
      ['parcel', { not: ['a doormat'] }, '[a doormat, # grey\n     a door]', '[a doormat, # grey\n     ]'],
      ['water', { name: undefined }, '- name: "Water"\n    # never empty\n    id', '- # never empty\n    id'],
      [
        'water',
        {
          tiles: {
            region: [
              [0, 0.4],
              [1, 0.5],
              [1, 1],
            ],
          },
        },
        '- [1, 0.4]',
        '- [1, 0.5]',
      ],
      [
        'water',
        { tiles: { layout: 'full' } },
        'tiles:\n      region:\n        - [0, 0.4]   # left\n        - [1, 0.4]\n        - [1, 1]',
        'tiles: {layout: full}',
      ],
      [
        'water',
        { when: ['water on the floor'] },
        'when: "water on the floor"',
        'when: ["water on the floor"]',
      ],
    ];
    for (const [id, change, from, to] of cases) {
      expect(FILE, from).toContain(from);
      expect(edited(id, change), JSON.stringify(change)).toBe(FILE.replace(from, () => to));
    }
  });

  it('is put behind the last one, as the others stand there, and taken out again without a trace', () => {
    const draft = { threshold: 4, when: ['a dog', 'a big dog'], id: 'dog' };
    const more = editRules(FILE, { draft, replaces: null });
    expect(more).toBe(
      FILE.replace('# the end', '  - id: dog\n    when: ["a dog", "a big dog"]\n    threshold: 4\n# the end'),
    );
    expect(editRules(more, { draft: null, replaces: 'dog' })).toBe(FILE);
    const apart = 'rules:\n  - id: a\n    when: x\n\n  - id: b\n    when: y';
    const three = editRules(apart, { draft, replaces: null });
    expect(three).toBe(`${apart}\n\n  - id: dog\n    when: ["a dog", "a big dog"]\n    threshold: 4\n`);
    expect(editRules(three, { draft: null, replaces: 'dog' })).toBe(`${apart}\n`);
    expect(editRules(apart, { draft: null, replaces: 'a' })).toBe('rules:\n  - id: b\n    when: y');
    const wide = editRules('', {
      draft: { id: 'a', when: Array.from({ length: 9 }, (_, i) => `a thing ${i}`) },
      replaces: null,
    });
    expect(wide.split('\n').slice(0, 4)).toEqual(['rules:', '  - id: a', '    when:', '      - "a thing 0"']);
  });

  it.each([
    '',
    '# nothing yet\n',
    '# nothing yet',
    'rules:\n',
    'rules: [] # none\n',
    'rules: # none\n# end',
    '{rules: []}',
    'rules:\r\n  - {id: a, when: b}\r\n',
  ])('can be the first of a file: %j', (text) => {
    const rule = { id: 'dog', when: 'a dog', confirm: { k: 1, n: 2 } };
    const one = editRules(text, { draft: rule, replaces: null });
    expect(parse(one).rules.at(-1)).toEqual(rule);
    expect(one).toContain(/#.*/.exec(text)?.[0] ?? '');
    expect(/[^\r]\n/.test(one)).toBe(!text.includes('\r') && !text.startsWith('{'));
    const none = editRules(one, { draft: null, replaces: 'dog' });
    expect(rulesInText(none)).toEqual(rulesInText(text));
  });

  it('is refused where others would change with it, or where it is not there', () => {
    const shared = 'rules:\n  - {id: a, when: x, not: &n [q]}\n  - {id: b, when: y, not: *n}\n';
    const change = (id: string, not: string[]) =>
      editRules(shared, { draft: { ...draftOf(id, shared), not }, replaces: id });
    expect(() => change('a', ['r'])).toThrow(/without changing others/);
    expect(change('b', ['r'])).toBe(shared.replace('*n', '[r]'));
    expect(() => editRules(FILE, { draft: null, replaces: 'gone' })).toThrow(/no rule gone/);
  });

  it('keeps references to the environment as they are typed', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the language of the files
    const text = 'rules: [{id: a, name: ${NAME}, when: [x]}]';
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the language of the files
    expect(draftOf('a', text).name).toBe('${NAME}');
    expect(editRules(text, { draft: { ...draftOf('a', text), when: ['z'] }, replaces: 'a' })).toBe(
      text.replace('[x]', '[z]'),
    );
  });
});

// Files of every style, and any change.

const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !/[\ue000\ue001$]/.test(text) && JSON.parse(JSON.stringify(text)) === text);
const phrase = fc.oneof(
  fc.constantFrom('a dog', 'x', 'true', '5s', "it's", 'a: b', 'a # b', '- a', ' '),
  words,
);
const list = fc.array(phrase, { maxLength: 4 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
);
const rule = fc.record(
  {
    when: fc.oneof(phrase, list),
    not: list,
    name: phrase,
    threshold: fc.option(number),
    confirm: fc.record({ k: number, n: number }, { requiredKeys: [] }),
    budget: fc.option(fc.record({ false_alarms_per_day: number })),
    cameras: fc.option(list),
    tiles: fc.record(
      {
        layout: fc.oneof(fc.constant('auto'), fc.record({ grid: phrase, overlap: number })),
        region: fc.option(fc.array(fc.tuple(number, number), { maxLength: 4 })),
      },
      { requiredKeys: [] },
    ),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['when'] },
);
type Choose = (count: number) => number;

/** Writes a value in a style of chance, with comments, each of which has a number. */
class Writer {
  comments = 0;
  constructor(
    readonly choose: Choose,
    readonly eol: string,
  ) {}

  comment(): string {
    return this.choose(3) === 0 ? ` # c${this.comments++}.` : '';
  }

  lines(indent: number): string {
    const blank = this.choose(4) === 0 ? this.eol : '';
    return this.choose(4) === 0 ? `${blank}${' '.repeat(indent)}# own${this.comments++}.${this.eol}` : blank;
  }

  scalar(value: unknown): string {
    if (typeof value !== 'string' || this.choose(2) === 0)
      return renderInline(value, this.choose(2) ? 'PLAIN' : 'QUOTE_SINGLE');
    return renderInline(value, 'QUOTE_DOUBLE');
  }

  flow(value: unknown): string {
    if (typeof value !== 'object' || value === null) return this.scalar(value);
    const [open, close] = Array.isArray(value) ? '[]' : '{}';
    const items = Array.isArray(value)
      ? value.map((item) => this.flow(item))
      : Object.entries(value).map(([key, item]) => `${key}: ${this.flow(item)}`);
    const pad = ' '.repeat(this.choose(2));
    const spread = () => (this.choose(3) === 0 ? `${this.comment()}${this.eol}${' '.repeat(14)}` : ' ');
    return `${open}${pad}${items.map((item, i) => (i === 0 ? item : `,${spread()}${item}`)).join('')}${pad}${close}`;
  }

  /** What stands behind `key:` or a dash. */
  value(value: unknown, indent: number): string {
    const items = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    if (items.length === 0 || this.choose(2) === 0) return ` ${this.flow(value)}${this.comment()}${this.eol}`;
    return `${this.comment()}${this.eol}${this.items(value as object, indent + 2)}`;
  }

  items(value: object, indent: number): string {
    const isList = Array.isArray(value);
    return Object.entries(value)
      .map(([key, item]) => {
        const head = isList ? '-' : `${key}:`;
        return `${this.lines(indent)}${' '.repeat(indent)}${head}${this.value(item, indent)}`;
      })
      .join('');
  }

  file(rules: readonly Record<string, unknown>[]): string {
    const written = rules.map((rule) => {
      if (this.choose(4) === 0) return `${this.lines(2)}  - ${this.flow(rule)}${this.comment()}${this.eol}`;
      const own = this.items(rule, 4).replace(/^(?:\s*\n)*/, '');
      return `${this.lines(2)}  -${own.startsWith('    #') ? `${this.eol}${own}` : own.slice(3)}`;
    });
    const text = `# top${this.eol}rules:${this.comment()}${this.eol}${written.join('')}`;
    return this.choose(2) ? text : text.trimEnd();
  }
}

it('whatever is changed in whatever file, it says then what was asked for, and nothing else has changed', () => {
  const world = fc.record({
    rules: fc.array(rule, { minLength: 1, maxLength: 3 }),
    draft: fc.option(rule),
    // Mostly, some fields change and some do not.
    keeps: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    place: fc.nat(),
    isNew: fc.boolean(),
    choices: fc.array(fc.nat(11), { minLength: 40, maxLength: 40 }),
    eol: fc.constantFrom('\n', '\n', '\r\n'),
  });
  fc.assert(
    fc.property(world, ({ rules, draft, keeps, place, isNew, choices, eol }) => {
      let at = 0;
      const writer = new Writer((count) => choices[at++ % choices.length]! % count, eol);
      const typed = rules.map((fields, i) => ({ id: `rule-${i}`, ...fields }));
      const file = writer.file(typed);
      expect(parse(file).rules).toEqual(typed);
      const index = place % typed.length;
      const old = typed[index]! as Record<string, unknown>;
      const kept = Object.entries(old).filter((_, i) => keeps[i]);
      const next = draft && {
        id: isNew ? 'new' : old.id,
        ...draft,
        ...(isNew ? {} : Object.fromEntries(kept)),
      };
      if (next === null && isNew) return;
      const result = editRules(file, { draft: next, replaces: isNew ? null : `rule-${index}` });
      const wanted: unknown[] = [...typed];
      wanted.splice(isNew ? typed.length : index, isNew ? 0 : 1, ...(next ? [next] : []));
      expect(parse(result).rules).toEqual(wanted);
      const others = rulesInText(file).filter((_, i) => isNew || i !== index);
      for (const { text } of others) expect(result).toContain(text);
      // Comments on lines of their own stay, but those inside of a list that is something else now, or of a rule that went.
      const ownLines =
        next === null ? /^ {2}# own\d+\./gm : isNew ? /# own\d+\./g : /^ {2}(?: {2})?# own\d+\./gm;
      if (wanted.length > 0)
        for (const [comment] of file.matchAll(ownLines)) expect(result).toContain(comment);
      expect(result).toContain('# top');
      if (next && !isNew)
        expect(editRules(result, { draft: old, replaces: String(next.id) })).toBeTypeOf('string');
    }),
    { numRuns: fuzzRuns(200) },
  );
});
