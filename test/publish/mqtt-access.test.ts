import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readTlsFiles } from '../../src/publish/mqtt-tls.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { makeCertificates } from '../fixtures/certificates.js';
import { makeEvent } from '../fixtures/happenings.js';
import { freePort, Mosquitto, Subscriber } from '../fixtures/mosquitto.js';
import { MqttWorld, say } from '../fixtures/mqtt-world.js';

// A real mosquitto that does not let everybody do everything.

const WAIT = { timeout: 20_000 };
const logger = createLogger({ level: 'silent' });
const NO_FILES = { ca: null, cert: null, key: null, insecure: false };

let folder: string;
let certificates: ReturnType<typeof makeCertificates>;
let databases = 0;
const open: AsyncDisposable[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wordwatch-access-'));
  certificates = makeCertificates(folder);
});
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part[Symbol.asyncDispose]();
});
afterAll(() => rmSync(folder, { recursive: true }));

function keep<T extends AsyncDisposable>(part: T): T {
  open.push(part);
  return part;
}

function databasePath(): string {
  return join(folder, `${databases++}.db`);
}

describe.each(['3.1.1', 5])('a broker with TLS, protocol %s', (protocol) => {
  async function startBroker(): Promise<{ plain: string; secure: string }> {
    const { ca, server } = certificates;
    // One listener for the program, and one for those who look on.
    const port = await freePort();
    const broker = keep(
      await Mosquitto.start([
        ...[
          'allow_anonymous true',
          `listener ${port} 127.0.0.1`,
          `cafile ${ca.cert}`,
          `certfile ${server.cert}`,
        ],
        ...[`keyfile ${server.key}`, 'require_certificate true', 'use_identity_as_username true'],
      ]),
    );
    return { plain: broker.url, secure: `mqtts://127.0.0.1:${port}` };
  }

  it('is told events by who has the right certificate, and takes its commands', async () => {
    const { plain, secure } = await startBroker();
    const live = keep(await Subscriber.to(plain));
    const { ca, client } = certificates;
    const tls = await readTlsFiles({ ...client, ca: ca.cert, insecure: false }, logger);
    const world = keep(new MqttWorld({ mqtt: { url: secure, protocol }, databasePath: databasePath(), tls }));
    await vi.waitFor(() => expect(live.texts('wordwatch/status')).toEqual(['online']), WAIT);
    world.bus.emit('event', makeEvent({ seq: 1 }), null);
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(1), WAIT);
    await say(plain, 'wordwatch/yard/fire/set', 'OFF');
    await vi.waitFor(() => expect(live.texts('wordwatch/yard/fire/enabled')).toEqual(['ON', 'OFF']), WAIT);
  });

  it.each([
    ['an unknown authority', () => NO_FILES, /self-signed|unable to verify|certificate/, /Check mqtt\.tls/],
    [
      'no certificate of its own',
      () => ({ ...NO_FILES, ca: certificates.ca.cert }),
      /alert|closed|ECONNRESET|EPIPE/,
      /MQTT broker/,
    ],
  ])('is told nothing with %s, and the log says what to check', async (_what, files, reason, said) => {
    const { plain, secure } = await startBroker();
    const live = keep(await Subscriber.to(plain));
    const tls = await readTlsFiles(files(), logger);
    const world = keep(new MqttWorld({ mqtt: { url: secure, protocol }, databasePath: databasePath(), tls }));
    await vi.waitFor(() => expect(world.log.join()).toMatch(/MQTT broker (not reachable|lost)/), WAIT);
    expect(world.publisher.health().reason).toMatch(reason);
    expect(world.log.join()).toMatch(said);
    expect(live.received).toEqual([]);
  });
});

describe('certificates', () => {
  it.each([
    ['one that is not there', () => ({ ca: 'nowhere.pem' }), /mqtt\.tls\.ca nowhere\.pem: ENOENT/],
    [
      'a key as certificate',
      () => ({ ...certificates.client, cert: certificates.client.key }),
      /mqtt\.tls\.cert: /,
    ],
    [
      'a certificate as key',
      () => ({ ...certificates.client, key: certificates.client.cert }),
      /mqtt\.tls\.key: /,
    ],
    [
      'a key of another certificate',
      () => ({ ...certificates.client, key: certificates.server.key }),
      /mqtt\.tls\.cert and mqtt\.tls\.key: /,
    ],
  ])('%s are refused at the start', async (_what, paths, message) => {
    await expect(readTlsFiles({ ...NO_FILES, ...paths() }, logger)).rejects.toMatchObject({
      ...{ code: 'bad-tls-file', message: expect.stringMatching(message), userInput: true },
    });
  });
});

describe.each(['3.1.1', 5])('a broker with users and an access list, protocol %s', (protocol) => {
  async function startBroker(acl: string): Promise<string> {
    const [passwords, list] = [`passwords-${databases}`, `acl-${databases}`].map((name) =>
      join(folder, name),
    );
    writeFileSync(passwords!, '');
    for (const user of ['watcher', 'looker'])
      execFileSync('mosquitto_passwd', ['-b', passwords!, user, 'hunter2'], { stdio: 'ignore' });
    writeFileSync(list!, `user looker\ntopic readwrite #\nuser watcher\n${acl}\n`);
    const broker = await Mosquitto.start([
      ...['allow_anonymous false', `password_file ${passwords}`, `acl_file ${list}`],
    ]);
    return keep(broker).url;
  }

  const account = { username: 'watcher', password: 'hunter2' };
  const looker = 'looker:hunter2@';

  it('lets the program do all that it does with no more than these rights', async () => {
    const url = await startBroker(
      [
        'topic readwrite wordwatch/#',
        'topic write homeassistant/device/+/config',
        'topic read homeassistant/status',
      ].join('\n'),
    );
    const live = keep(await Subscriber.to(url.replace('//', `//${looker}`)));
    const mqtt = { ...account, url, protocol };
    const world = keep(new MqttWorld({ mqtt, databasePath: databasePath() }));
    await vi.waitFor(() => expect(live.texts('wordwatch/yard/fire/budget')).toEqual(['1']), WAIT);
    expect(live.texts('homeassistant/device/wordwatch_yard/config')).toHaveLength(1);
    await say(url, 'wordwatch/yard/fire/snooze/set', '7', { username: 'looker', password: 'hunter2' });
    await vi.waitFor(() => expect(live.texts('wordwatch/yard/fire/snooze')).toEqual(['0', '7']), WAIT);
    expect(world.log.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
  });

  it('still gets the events where it forbids commands and discovery', async () => {
    const url = await startBroker('topic write wordwatch/#');
    const live = keep(await Subscriber.to(url.replace('//', `//${looker}`)));
    const mqtt = { ...account, url, protocol };
    const world = keep(new MqttWorld({ mqtt, databasePath: databasePath() }));
    world.bus.emit('event', makeEvent({ seq: 1 }), null);
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(1), WAIT);
    await say(url, 'wordwatch/yard/fire/set', 'OFF', { username: 'looker', password: 'hunter2' });
    // What came after the command is confirmed behind it.
    world.bus.emit('event', makeEvent({ seq: 2 }), null);
    await vi.waitFor(() => expect(live.texts('wordwatch/events')).toHaveLength(2), WAIT);
    await vi.waitFor(() => expect(world.publisher.health().waiting).toBe(0), WAIT);
    expect(live.texts('homeassistant/device/wordwatch_yard/config')).toEqual([]);
    expect(world.switches.get({ cameraId: 'yard', ruleId: 'fire' })).toMatchObject({ enabled: true });
    expect(world.log.join()).not.toContain('hunter2');
  });
});
