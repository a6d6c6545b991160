// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the language of the files that are tested here
import { describe, expect, it } from 'vitest';
import { readConfig } from './load-config.js';
import { formatProblem, inOrder } from './problem.js';
import { YamlFile } from './yaml-file.js';

const env = { SECRET: 'hunter2', FPS: '100', EMPTY: '' };

function configSays(text: string): string[] {
  const { problems } = readConfig(new YamlFile(text, { file: 'w.yaml', env }), '/home/me');
  return inOrder(problems, ['w.yaml']).map(formatProblem);
}

/** The same for what is said of a config that has a good camera in its first line. */
function restSays(text: string): string[] {
  return configSays(`cameras: [{id: a, source: a.mp4}]\n${text}`);
}

function cameraSays(fields: string): string[] {
  return configSays(`cameras: [{id: a, ${fields}}]`);
}

const ID = 'expected lower-case letters, digits, _ and -, at most 64';

describe('a config', () => {
  it.each([
    [
      'server: {host: 0.0.0.0}',
      'w.yaml:2:16 server.host: expected a loopback address such as 127.0.0.1 as long as there is no token, got "0.0.0.0". Set server.token, or everyone on the network can watch the cameras.',
    ],
    ['server: {port: 65536}', 'w.yaml:2:16 server.port: expected ≤ 65535, got 65536'],
    [
      'server: {token: short}',
      'w.yaml:2:17 server.token: expected 8 to 256 printable ASCII characters without blanks',
    ],
    [
      'server: {token: ${EMPTY}}',
      'w.yaml:2:17 server.token: expected 8 to 256 printable ASCII characters without blanks, got "${EMPTY}"',
    ],
    [
      'server: {tokens: [{name: a, token: 12345678-a, scope: see}]}',
      'w.yaml:2:55 server.tokens[0].scope: expected "view" or "control", got "see"',
    ],
    [
      'server: {token: 12345678-a, tokens: [{name: main, token: 12345678-b, scope: view}]}',
      'w.yaml:2:45 server.tokens[0].name: expected a name that no other token has ("main" is server.token), got "main"',
    ],
    [
      'server: {token: 12345678-a, tokens: [{name: b, token: 12345678-a, scope: view}]}',
      'w.yaml:2:55 server.tokens[0].token: expected a secret that no other token has',
    ],
    ['mqtt: {prefix: a/b}', `w.yaml:2:16 mqtt.prefix: ${ID}, got "a/b"`],
    ['mqtt: {prefix: "a#"}', `w.yaml:2:16 mqtt.prefix: ${ID}, got "a#"`],
    [
      'mqtt: {url: broker}',
      "w.yaml:2:13 mqtt.url: expected a broker's URL such as mqtt://broker:1883 (mqtt, mqtts, ws or wss)",
    ],
    [
      'mqtt: {url: mqtt://b, embedded: true}',
      'w.yaml:2:33 mqtt.embedded: expected false beside a url, got true',
    ],
    [
      'mqtt: {host: 0.0.0.0}',
      'w.yaml:2:14 mqtt.host: expected a loopback address such as 127.0.0.1 as long as there are no users, got "0.0.0.0". Set mqtt.users, or everyone on the network can read the events and switch the rules.',
    ],
    [
      'mqtt: {host: 0.0.0.0, users: [{name: me, password: "hunter2"}]}',
      'w.yaml:2:52 mqtt.users[0].password: expected at least 8 characters',
    ],
    [
      'mqtt: {url: mqtt://b, users: [{name: me, password: "hunter2hunter2"}]}',
      'w.yaml:2:30 mqtt.users: expected none beside a url: they are of the embedded broker, got a list',
    ],
    [
      'mqtt: {url: mqtt://b, tls: {ca: ca.pem}}',
      'w.yaml:2:28 mqtt.tls: expected a url with mqtts:// or wss:// beside it, got a mapping',
    ],
    [
      'mqtt: {url: mqtts://b, tls: {cert: c.pem}}',
      'w.yaml:2:36 mqtt.tls.cert: expected key beside it, got "c.pem"',
    ],
    ['mqtt: {protocol: 4}', 'w.yaml:2:18 mqtt.protocol: expected "3.1.1" or 5, got 4'],
    ['mqtt: {password: 1234}', 'w.yaml:2:18 mqtt.password: expected text, got a number. Put it in quotes.'],
    [
      'mqtt: {passwrod: hunter2}',
      'w.yaml:2:8 mqtt.passwrod: unknown key "passwrod"; did you mean "password"?',
    ],
    ['mqtt:', 'w.yaml:2:1 mqtt: expected a mapping (key: value), got nothing'],
    [
      'time_zone: Europe/Berln',
      'w.yaml:2:12 time_zone: expected an IANA time zone such as "Europe/Berlin", got "Europe/Berln"; did you mean "Europe/Berlin"?',
    ],
    [
      'time_zone: "+02:00"',
      'w.yaml:2:12 time_zone: expected an IANA time zone such as "Europe/Berlin", got "+02:00"',
    ],
    [
      'time_zone: ${SECRET}',
      'w.yaml:2:12 time_zone: expected an IANA time zone such as "Europe/Berlin", got "${SECRET}"',
    ],
    ['store: {keep: {events: 1s}}', 'w.yaml:2:24 store.keep.events: expected ≥ 1h, got "1s"'],
    [
      'log: {level: warning}',
      'w.yaml:2:14 log.level: expected "debug", "info", "warn", "error" or "silent", got "warning"',
    ],
    [
      'model: {remote: {url: "http://u:hunter2@h/v2/models/m"}}',
      'w.yaml:2:23 model.remote.url: expected a URL without a name or password in it. Set model.remote.token instead.',
    ],
    [
      'model: {remote: {url: "ftp://h/v2/models/m"}}',
      "w.yaml:2:23 model.remote.url: expected a model's URL such as http://gpu-host:8000/v2/models/clip-image, optionally with /versions/3",
    ],
    [
      'model: {remote: {url: "http://h/v2"}}',
      "w.yaml:2:23 model.remote.url: expected a model's URL such as http://gpu-host:8000/v2/models/clip-image, optionally with /versions/3",
    ],
    [
      'model: {remote: {url: "http://h/v2/models/m", batch: 0}}',
      'w.yaml:2:54 model.remote.batch: expected ≥ 1, got 0',
    ],
    ['rules: []', 'w.yaml:2:8 rules: expected at least one file or folder, got none'],
    ['rules: ./rules', 'w.yaml:2:8 rules: expected a list, got "./rules"'],
    ['camera: []', 'w.yaml:2:1 camera: unknown key "camera"; did you mean "cameras"?'],
  ])('%s', (text, message) => expect(restSays(text)).toEqual([message]));

  it.each([
    ['name: b', 'w.yaml:1:11 cameras[0].source: expected text, got nothing'],
    ['source: ""', 'w.yaml:1:27 cameras[0].source: expected text that is not empty'],
    ['source: "rtsp://me:hunter2@b\\n"', null],
    [
      'source: "rtsp://me:hunter2@b\\0"',
      'w.yaml:1:27 cameras[0].source: expected a URL, file, folder or device without control characters',
    ],
    ['source: [rtsp://me:hunter2@b]', 'w.yaml:1:27 cameras[0].source: expected text, got a list'],
    ['source: a, fps: 31', 'w.yaml:1:35 cameras[0].fps: expected ≤ 30, got 31'],
    ['source: a, fps: 0', 'w.yaml:1:35 cameras[0].fps: expected ≥ 0.05, got 0'],
    ['source: a, fps: ${FPS}', 'w.yaml:1:35 cameras[0].fps: expected ≤ 30, got "${FPS}"'],
    ['source: a, fps: ${SECRET}', 'w.yaml:1:35 cameras[0].fps: expected a number, got "${SECRET}"'],
    ['source: a, fps: "${FPS}"', 'w.yaml:1:35 cameras[0].fps: expected a number, got "${FPS}"'],
    [
      'source: a, transport: tpc',
      'w.yaml:1:41 cameras[0].transport: expected "tcp" or "udp", got "tpc"; did you mean "tcp"?',
    ],
    [
      'source: a, stall_timeout: 10',
      'w.yaml:1:45 cameras[0].stall_timeout: expected a duration such as "10s", "1.5h" or "90d", got 10',
    ],
    [
      'source: "${NOPE}"',
      'w.yaml:1:27 cameras[0].source: the environment variable NOPE is not set. Set it, or write $${NOPE} for that text itself.',
    ],
    [
      'source: "${A B}"',
      'w.yaml:1:27 cameras[0].source: "${A B}" does not name an environment variable. Write $${ for the characters ${ themselves.',
    ],
  ])('a camera with %s', (fields, message) =>
    expect(cameraSays(fields)).toEqual(message === null ? [] : [message]),
  );

  it.each(['a#', '"a\\0b"', 'a/b', '+', 'Yard'])('a camera with id: %s', (id) => {
    expect(configSays(`cameras: [{source: a, id: ${id}}]`)).toEqual([
      expect.stringContaining(`w.yaml:1:27 cameras[0].id: ${ID}, got "`),
    ]);
  });

  it('names both places of an id that comes twice', () => {
    const text = 'cameras:\n  - {id: a, source: a}\n  - {id: b, source: b}\n  - {id: a, source: c}\n';
    expect(configSays(text)).toEqual([
      'w.yaml:4:10 cameras[2].id: duplicate camera id "a", first used at w.yaml:2:10',
    ]);
  });
});

describe('secrets', () => {
  it.each([
    'cameras: [{id: a, source: rtsp://me:hunter2@b/1, fps: 99}]',
    'cameras: [{id: a, source: {url: "rtsp://me:hunter2@b/1"}}]',
    'cameras: [{id: a, rtsp://me:hunter2@b/1: source}]',
    'cameras: [rtsp://me:hunter2@b/1]',
    'cameras: rtsp:/me:hunter2@b/1',
    'cameras:\n  - id: a\n    source rtsp://me:hunter2@b/1\n    fps: 1',
    'cameras:\n  - id: a\n    source: rtsp://me:hunter2@b/1: x',
    'cameras:\n  - id: a\n    source: "rtsp://me:hunter2@b/1',
    'cameras:\n  - id: a\n    source: *rtsp://me:hunter2@b/1',
    'cameras:\n  - id: a\n    source: !rtsp://me:hunter2@b/1 a',
    'cameras:\n  - id: a\n    source: "rtsp://me:hunter2@b/1\\q"',
    'cameras: [{id: rtsp://me:hunter2@b/1, source: a}, {id: rtsp://me:hunter2@b/1, source: a}]',
    'cameras: [{id: "${SECRET}", source: ""}, {id: "${SECRET}", source: a}]',
    'cameras: [{id: a, source: a, fps: "${SECRET}", transport: "${SECRET}", stall_timeout: "${SECRET}"}]',
    'server: {token: hunter2}',
    'mqtt: {url: "http://me:hunter2@b", password: [hunter2], username: {hunter2: 1}}',
    'log: {level: "${SECRET}"}\ntime_zone: x${SECRET}\nrules: "${SECRET}"\nmodel: ["${SECRET}"]',
  ])('are not in the problems of %j', (text) => {
    const said = configSays(text);
    expect(said.length).toBeGreaterThan(0);
    expect(said.join('\n')).not.toContain('hunter2');
  });
});
