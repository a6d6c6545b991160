// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language of the files that are tested here
import { describe, expect, it } from 'vitest';
import { readConfig } from './load-config.js';
import { formatProblem } from './problem.js';
import { YamlFile } from './yaml-file.js';

function read(text: string) {
  const yaml = new YamlFile(`cameras: [{id: yard, source: a.mp4}]\n${text}`, {
    file: 'w.yaml',
    env: { KEY: 'hunter2-hunter2' },
  });
  const { config, problems } = readConfig(yaml, '/home/me');
  return { config, says: problems.map(formatProblem) };
}

describe('webhooks and commands', () => {
  it('have a filter, a time limit and a program beside the file', () => {
    const { config } = read(`webhooks:
  - {id: phone, url: "https://push.example/x?k=1", secret: "\${KEY}", timeout: 3s, rules: [fire], phases: [start]}
commands:
  - {id: siren, run: [./bin/siren, --loud], cameras: [yard]}
  - {id: say, run: [espeak]}`);
    expect(config).toMatchObject({
      webhooks: [
        {
          ...{ id: 'phone', url: 'https://push.example/x?k=1', secret: 'hunter2-hunter2', timeoutMs: 3_000 },
          ...{ rules: ['fire'], cameras: null, phases: ['start'] },
        },
      ],
      commands: [
        { id: 'siren', run: ['/home/me/bin/siren', '--loud'], timeoutMs: 10_000, cameras: ['yard'] },
        { id: 'say', run: ['espeak'] },
      ],
    });
  });

  it.each([
    ['webhooks: [{id: a, url: "ftp://h/"}]', /w\.yaml:2:25 webhooks\[0\]\.url: expected an http:\/\/ or/],
    ['webhooks: [{id: a, url: "http://me:hunter2@h/"}]', /without user and password$/],
    ['webhooks: [{id: a, url: "http://h/", secret: hunter2}]', /webhooks\[0\]\.secret: expected/],
    [
      'webhooks: [{id: a, url: "http://h/"}, {id: a, url: "http://h/"}]',
      /webhooks\[1\]\.id: duplicate id "a"/,
    ],
    ['webhooks: [{id: a, url: "http://h/", cameras: [yrad]}]', /cameras\[0\]: unknown camera "yrad".*yard/],
    ['commands: [{id: a, run: rm -rf}]', /commands\[0\]\.run: expected a list/],
    ['commands: [{id: a, run: []}]', /commands\[0\]\.run: expected/],
  ])('%s', (text, expected) => {
    const { says } = read(text);
    expect(says).toEqual([expect.stringMatching(expected)]);
    expect(says.join()).not.toContain('hunter2');
  });
});
