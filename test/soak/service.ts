import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DetectionEvent } from '../../src/detect/event.js';
import type { Random } from '../../src/rules/calibration/random.js';
import type { Problem } from '../../src/server/messages.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { Cli } from '../fixtures/cli.js';
import { killModelThread } from './model-thread.js';

const FIRE = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
const DOORSTEP = fileURLToPath(new URL('../../samples/parcel-doorstep.mp4', import.meta.url));
/** The camera that is no file. */
export const LIVE_CAMERA = 'live';
export const STALL_TIMEOUT_MS = 3_000;
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;
const PAGE = /"pageUrl":"(\S+?)"/;

/** Opens every program of Node to a debugger, on a port of its choice: the only way to a thread of another process. */
const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' };
/** What a process holds. */
export interface Held {
  rssMb: number;
  /** Open files, sockets and pipes. */
  handles: number;
  threads: number;
  children: number;
}

/** `wordwatch run` as people run it, with events in plenty; it can be killed and started again. */
export class Service implements AsyncDisposable {
  readonly #folder: string;
  #cli: Cli | null = null;
  /** What processes that are gone had printed. */
  #printed = '';

  /** @param folder for its configuration and its data */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Its data folder. */
  get data(): string {
    return join(this.#folder, 'data');
  }

  async configure({ brokerUrl, cameraUrl }: { brokerUrl: string; cameraUrl: string }): Promise<void> {
    const config = {
      cameras: [
        { id: 'yard', source: FIRE, fps: 2, loop: true, start_offset: '8s' },
        { id: 'doorstep', source: DOORSTEP, fps: 2, loop: true },
        { id: LIVE_CAMERA, source: cameraUrl, fps: 2, stall_timeout: `${STALL_TIMEOUT_MS}ms` },
      ],
      rules: ['rules.yaml'],
      mqtt: { url: brokerUrl },
      server: { port: 0 },
      store: { path: this.data },
      clips: { enabled: true, before: '3s', after: '3s', max_size: '50MB' },
      log: { format: 'json' },
    };
    const often = { confirm: { k: 1, n: 1 }, clear_for: '2s', cooldown: '0s', remind_every: '1s' };
    const whole = { tiles: { layout: 'full' } };
    const rules = [
      // Always seen: an update every second on every camera.
      { id: 'steady', when: ['a picture'], threshold: -1000, ...whole, ...often },
      { id: 'fire', when: ['something is on fire'], not: ['a sunset'], cameras: ['yard'], ...often },
      { id: 'parcel', when: ['a parcel is on the doorstep'], not: ['a doormat'], threshold: 3, ...often },
    ];
    // JSON is YAML.
    await writeFile(join(this.#folder, 'wordwatch.yaml'), JSON.stringify(config));
    await writeFile(join(this.#folder, 'rules.yaml'), JSON.stringify({ rules }));
  }

  /** Starts it and waits until it is up. */
  async start(): Promise<void> {
    const cli = new Cli(['run', '-c', join(this.#folder, 'wordwatch.yaml'), '--json'], {
      env: INSPECTED,
    });
    this.#cli = cli;
    const untilMs = performance.now() + START_TIMEOUT_MS;
    while (!PAGE.test(cli.stderr)) {
      if (cli.process.exitCode !== null || performance.now() > untilMs)
        throw new Error(`wordwatch did not start: ${cli.stderr}`);
      await sleep(50);
    }
  }

  /** With -9, right behind one of its next writes to the database. */
  async killAtWrite(random: Random): Promise<void> {
    let writes = Math.floor(random() * 40);
    await new Promise<void>((resolve) => {
      const watcher = watch(this.data, (_type, name) => {
        if (!name?.endsWith('-wal') || writes-- > 0) return;
        this.#cli!.process.kill('SIGKILL');
        watcher.close();
        resolve();
      });
    });
    await this.kill();
  }

  /** Has one of the threads with the model die of an error. */
  async killModelThread(): Promise<void> {
    await killModelThread(/Debugger listening on (ws:\S+)/.exec(this.#cli!.stderr)![1]!);
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** In an orderly way. */
  async stop(): Promise<void> {
    const cli = this.#cli!;
    const timer = setTimeout(() => cli.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#end('SIGTERM');
    clearTimeout(timer);
    const { exitCode, stderr } = await cli.ended;
    if (exitCode !== 0) throw new Error(`wordwatch stopped with ${exitCode}: ${stderr.slice(-2_000)}`);
  }

  /** Address of the page while it is up. */
  get pageUrl(): string | null {
    return PAGE.exec(this.#cli?.stderr ?? '')?.[1] ?? null;
  }

  async held(): Promise<Held> {
    const process = `/proc/${this.#cli!.process.pid}`;
    const status = await readFile(`${process}/status`, 'utf8');
    const numberOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)![1]);
    const threads = await readdir(`${process}/task`);
    const children = await Promise.all(
      threads.map((id) => readFile(`${process}/task/${id}/children`, 'utf8').catch(() => '')),
    );
    return {
      rssMb: Math.round(numberOf('VmRSS') / 1024),
      handles: (await readdir(`${process}/fd`)).length,
      threads: threads.length,
      children: children.join(' ').split(' ').filter(Boolean).length,
    };
  }

  /** What it says is wrong with it; null: it does not answer. */
  async problems(): Promise<Problem[] | null> {
    try {
      const headers = { connection: 'close' };
      const response = await fetch(new URL('/healthz', this.pageUrl!), { headers });
      return ((await response.json()) as { problems: Problem[] }).problems;
    } catch {
      return null;
    }
  }

  /** How often it has said this in this life. */
  said(words: string): number {
    return (this.#cli?.stderr ?? '').split(words).length - 1;
  }

  /** The last event that it has printed in this life, of one camera or of all. */
  newest(cameraId = ''): DetectionEvent | null {
    const printed = this.#cli?.stdout ?? '';
    const inIt = printed.lastIndexOf(cameraId && `"cameraId":"${cameraId}"`);
    const end = printed.lastIndexOf('\n', cameraId ? printed.indexOf('\n', inIt) : undefined);
    if (inIt < 0 || end < 0) return null;
    return DetectionEvent.parse(JSON.parse(printed.slice(printed.lastIndexOf('\n', end - 1) + 1, end)));
  }

  /** What it said on the terminal, in all of its lives. */
  printed(): DetectionEvent[] {
    const lines = `${this.#printed}${this.#cli?.stdout ?? ''}`.split('\n');
    // A kill may cut a line off.
    return lines.filter((line) => line.endsWith('}')).map((line) => DetectionEvent.parse(JSON.parse(line)));
  }

  /** Has all that it has written moved into the database file, so that its next write needs room. */
  settle(): void {
    using database = openDatabase(databasePath(this.data));
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Events that a destination has not confirmed. */
  waiting(): number {
    using database = openDatabase(databasePath(this.data));
    return (database.prepare('SELECT COUNT(*) AS waiting FROM outbox').get() as { waiting: number }).waiting;
  }

  /** What is in its database. */
  stored(): DetectionEvent[] {
    using database = openDatabase(databasePath(this.data));
    const rows = database.prepare('SELECT json FROM events ORDER BY seq').all() as { json: string }[];
    return rows.map(({ json }) => DetectionEvent.parse(JSON.parse(json)));
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const cli = this.#cli;
    if (!cli) return;
    if (cli.process.exitCode === null && cli.process.signalCode === null) {
      const gone = once(cli.process, 'exit');
      cli.process.kill(signal);
      await gone;
    }
    await cli.ended;
    this.#cli = null;
    this.#printed += `${cli.stdout}\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
