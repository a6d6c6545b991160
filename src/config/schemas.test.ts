import { describe, expect, it } from 'vitest';
import { readConfig } from './load-config.js';
import { readRules } from './load-rules.js';
import { YamlFile } from './yaml-file.js';

function config(text: string, env: Record<string, string> = {}) {
  const read = readConfig(new YamlFile(text, { file: 'wordwatch.yaml', env }), '/home/me');
  expect(read.problems).toEqual([]);
  return read.config!;
}

function rule(fields: string) {
  const yaml = new YamlFile(`rules:\n  - {id: a, when: a dog, ${fields}}`, { file: 'rules.yaml', env: {} });
  const read = readRules(yaml);
  expect(read.problems).toEqual([]);
  return read.rules[0]!;
}

describe('a config', () => {
  it('is complete when only a camera is given', () => {
    expect(config('cameras: [{id: yard, source: yard.mp4}]')).toEqual({
      cameras: [
        {
          id: 'yard',
          name: 'yard',
          source: '/home/me/yard.mp4',
          fps: 1,
          keyframesOnly: false,
          motionGate: true,
          transport: 'tcp',
          hardwareDecoder: 'none',
          startOffsetMs: 0,
          loop: false,
          stallTimeoutMs: 10_000,
          enabled: true,
        },
      ],
      model: { name: 'auto', baseFolder: '/home/me', dtype: null, device: 'cpu', remote: null },
      rules: ['/home/me/rules'],
      mqtt: {
        url: null,
        embedded: true,
        host: '127.0.0.1',
        port: 1883,
        users: [],
        prefix: 'wordwatch',
        protocolVersion: 4,
        tls: null,
        username: null,
        password: null,
        clientId: null,
        discovery: false,
        discoveryPrefix: 'homeassistant',
      },
      webhooks: [],
      commands: [],
      server: { host: '127.0.0.1', port: 8787, token: null, tokens: [] },
      store: {
        path: '/home/me/data',
        keep: {
          eventsMs: 90 * 86_400_000,
          vectorsMs: 7 * 86_400_000,
          vectorsSizeBytes: 2e9,
          snapshotsMs: 30 * 86_400_000,
          sizeBytes: null,
        },
        remember: true,
        minutePictures: true,
      },
      timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      clips: { enabled: false, beforeMs: 10_000, afterMs: 10_000, keepMs: 604_800_000, maxBytes: 5e9 },
      log: { level: 'info', format: 'pretty' },
    });
  });

  it('takes everything that can be said', () => {
    const env = {
      CAM_USER: 'me',
      CAM_PASSWORD: 's3cret',
      WORDWATCH_TOKEN: 'long enough'.replace(' ', '-'),
      WALL_TOKEN: 'only-to-look',
      PORT: '080',
    };
    const read = config(
      `cameras:
  - id: yard
    name: The yard
    source: rtsp://\${CAM_USER}:\${CAM_PASSWORD}@192.0.2.10/stream1     # a comment
    fps: 0.5
    keyframes_only: true
    motion_gate: false
    transport: udp
    hardware_decoder: vaapi
    stall_timeout: 1m
  - {id: film, source: /films/a.mkv, start_offset: 1.5s, loop: true, enabled: false}
model:
  name: models/mine
  dtype: fp16
  device: cuda
  remote:
    url: https://gpu:8000/a/v2/models/clip/versions/3/
    token: \${CAM_PASSWORD}
    timeout: 2.5s
    concurrency: 8
    batch: 64
    format: json
rules: [./rules, /etc/rules/extra.yaml]
mqtt:
  url: mqtts://broker:8883
  prefix: house
  protocol: 5
  username: u
  password: "1234"
  tls: {ca: tls/ca.pem, cert: /etc/w/cert.pem, key: tls/key.pem, insecure: true}
  client_id: w1
  discovery_prefix: ha
server:
  host: 0.0.0.0
  port: \${PORT}
  token: \${WORDWATCH_TOKEN}
  tokens: [{name: wall, token: \${WALL_TOKEN}, scope: view}]
store: {path: /var/lib/w, keep: {events: 1d}}
time_zone: Europe/Berlin
log: {level: warn, format: json}`,
      env,
    );
    expect(read.cameras[0]).toMatchObject({
      name: 'The yard',
      source: 'rtsp://me:s3cret@192.0.2.10/stream1',
      transport: 'udp',
      keyframesOnly: true,
      motionGate: false,
      hardwareDecoder: 'vaapi',
      stallTimeoutMs: 60_000,
    });
    expect(read.cameras[1]).toMatchObject({ source: '/films/a.mkv', startOffsetMs: 1500, loop: true });
    expect(read.model).toEqual({
      name: 'models/mine',
      baseFolder: '/home/me',
      dtype: 'fp16',
      device: 'cuda',
      remote: {
        url: 'https://gpu:8000/a/v2/models/clip/versions/3',
        token: 's3cret',
        timeoutMs: 2500,
        concurrency: 8,
        batch: 64,
        format: 'json',
      },
    });
    expect(read.rules).toEqual(['/home/me/rules', '/etc/rules/extra.yaml']);
    expect(read.mqtt).toMatchObject({
      ...{ embedded: false, password: '1234', clientId: 'w1', protocolVersion: 5 },
      ...{ discovery: true, discoveryPrefix: 'ha' },
      tls: {
        ca: '/home/me/tls/ca.pem',
        cert: '/etc/w/cert.pem',
        key: '/home/me/tls/key.pem',
        insecure: true,
      },
    });
    expect(read.server).toEqual({
      host: '0.0.0.0',
      port: 80,
      token: 'long-enough',
      tokens: [{ name: 'wall', token: 'only-to-look', scope: 'view' }],
    });
    expect(read.store.path).toBe('/var/lib/w');
    expect(read.store.keep.vectorsMs).toBe(7 * 86_400_000);
    expect(read.timeZone).toBe('Europe/Berlin');
  });

  it.each([
    ['{embedded: false}', false],
    ['{embedded: true}', true],
    ['{url: mqtt://b}', false],
    ['{url: mqtts://u:p@b:1/x, embedded: false}', false],
  ])('mqtt %s → embedded broker: %s', (mqtt, embedded) => {
    expect(config(`cameras: [{id: a, source: a}]\nmqtt: ${mqtt}`).mqtt.embedded).toBe(embedded);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '"::1"'])('needs no token on %s', (host) => {
    config(`cameras: [{id: a, source: a}]\nserver: {host: ${host}}`);
  });

  it('needs no main token where there are others', () => {
    const tokens = '[{name: me, token: long-enough, scope: control}]';
    config(`cameras: [{id: a, source: a}]\nserver: {host: 0.0.0.0, tokens: ${tokens}}`);
  });
});

describe('a model at a server', () => {
  it('needs no more than its address', () => {
    const { model } = config(
      'cameras: [{id: a, source: a}]\nmodel: {remote: {url: http://h/v2/models/clip}}',
    );
    expect(model).toMatchObject({
      name: 'auto',
      remote: {
        url: 'http://h/v2/models/clip',
        token: null,
        timeoutMs: 10_000,
        concurrency: 4,
        batch: 32,
        format: 'auto',
      },
    });
  });
});

describe('a rule', () => {
  it('is complete when only id and words are given', () => {
    expect(rule('')).toEqual({
      id: 'a',
      name: 'a',
      when: ['a dog'],
      not: [],
      cameras: null,
      budget: null,
      calibrate: { warmupMs: 172_800_000, minMs: 21_600_000, adapt: true },
      tiles: { layout: { kind: 'auto' }, pool: 'max', region: null },
      timing: {
        confirm: { k: 3, n: 5 },
        hysteresis: 0.5,
        forMs: 0,
        clearForMs: 10_000,
        cooldownMs: 60_000,
        remindEveryMs: null,
      },
      active: null,
      severity: 'warning',
      threshold: null,
      deviceClass: null,
      enabled: true,
    });
  });

  it('has its times in milliseconds', () => {
    const { timing, calibrate } = rule(
      'for: 250ms, clear_for: 1.5m, cooldown: 2h, remind_every: 1d, calibrate: {}, confirm: {n: 9}',
    );
    expect(timing).toMatchObject({
      confirm: { k: 3, n: 9 },
      forMs: 250,
      clearForMs: 90_000,
      cooldownMs: 7_200_000,
      remindEveryMs: 86_400_000,
    });
    expect(calibrate).toEqual({ warmupMs: 172_800_000, minMs: 21_600_000, adapt: true });
  });

  it.each([
    ['full', { kind: 'full' }],
    ['{grid: 4x3}', { kind: 'grid', columns: 4, rows: 3, overlap: 0 }],
    ['{grid: 16x1, overlap: 0.8}', { kind: 'grid', columns: 16, rows: 1, overlap: 0.8 }],
    ['{boxes: [[0.7, 0, 0.3, 1]]}', { kind: 'boxes', boxes: [{ x: 0.7, y: 0, w: 0.3, h: 1 }] }],
  ])('layout %s', (typed, layout) => {
    expect(rule(`tiles: {layout: ${typed}}`).tiles.layout).toEqual(layout);
  });

  it('keeps boxes inside the frame, whatever floating point makes of their sides', () => {
    const { layout } = rule('tiles: {layout: {boxes: [[0.1, 0.9, 0.9, 0.1000000001]]}}').tiles;
    const [box] = layout.kind === 'boxes' ? layout.boxes : [];
    expect(box!.x + box!.w).toBeLessThanOrEqual(1);
    expect(box!.y + box!.h).toBeLessThanOrEqual(1);
  });

  it.each([
    ['{}', [0, 1, 2, 3, 4, 5, 6], 0, 1440],
    ['{days: [mon-fri], hours: "20:00-06:00"}', [1, 2, 3, 4, 5], 1200, 360],
    ['{days: [fri-mon]}', [0, 1, 5, 6], 0, 1440],
    ['{days: [sat, sun], hours: 09:30-24:00}', [0, 6], 570, 1440],
    ['{days: [wed-wed, tue-thu]}', [2, 3, 4], 0, 1440],
  ])('active %s', (typed, days, fromMinute, toMinute) => {
    const { active } = rule(`active: ${typed}`);
    expect([...active!.days].sort()).toEqual(days);
    expect(active).toMatchObject({ fromMinute, toMinute });
  });

  it('may have its words folded over lines', () => {
    const text = 'rules:\n  - id: a\n    when: >\n      something is\n      on fire\n';
    const { rules } = readRules(new YamlFile(text, { file: 'rules.yaml', env: {} }));
    expect(rules[0]!.when).toEqual(['something is on fire']);
  });
});
