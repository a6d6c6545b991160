import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const SAMPLES = fileURLToPath(new URL('../samples/', import.meta.url));
const UNIT = `${SAMPLES}systemd/wordwatch.service`;
const SYSTEMD = '/usr/bin/systemd-analyze';

describe('samples of operation', () => {
  it('a unit of systemd gives a stop more time than it takes, and the service no rights', () => {
    const settings = new Map(
      [...readFileSync(UNIT, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    expect(Object.fromEntries(settings)).toMatchObject({
      ...{ TimeoutStopSec: '15', Restart: 'on-failure', RestartPreventExitStatus: '2' },
      ...{
        DynamicUser: 'yes',
        StateDirectory: 'wordwatch',
        ProtectSystem: 'strict',
        CapabilityBoundingSet: '',
      },
    });
    expect(settings.get('ExecStart')).toMatch(/ run -c \S+ --log json$/);
  });

  it.skipIf(!existsSync(SYSTEMD) || !existsSync('/usr/bin/node'))(
    'which systemd itself has nothing to say against',
    () => {
      const { status, stderr } = spawnSync(SYSTEMD, ['verify', UNIT], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    },
  );

  it('a compose file opens no port to other machines, and gives the service no rights', () => {
    const { services, volumes } = parse(readFileSync(`${SAMPLES}compose.yaml`, 'utf8'));
    const { wordwatch, mosquitto } = services;
    for (const { ports } of [wordwatch, mosquitto])
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(wordwatch).toMatchObject({ read_only: true, cap_drop: ['ALL'], stop_grace_period: '15s' });
    for (const volume of [...wordwatch.volumes, ...mosquitto.volumes].filter((text) => !text.startsWith('.')))
      expect(Object.keys(volumes)).toContain(volume.split(':')[0]);
    expect(wordwatch.command).toEqual(['run', '-c', '/config/wordwatch.yaml', '--log', 'json']);
  });
});
