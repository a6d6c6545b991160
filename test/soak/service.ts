import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DetectionEvent } from '../../src/detect/event.js';
import { databasePath, openDatabase } from '../../src/store/database.js';
import { Cli } from '../fixtures/cli.js';

const FIRE = fileURLToPath(new URL('../../samples/fire-yard.mp4', import.meta.url));
const DOORSTEP = fileURLToPath(new URL('../../samples/parcel-doorstep.mp4', import.meta.url));
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const PAGE = /"pageUrl":"(\S+?)"/;

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

  get #data(): string {
    return join(this.#folder, 'data');
  }

  async configure({ brokerUrl, cameraUrl }: { brokerUrl: string; cameraUrl: string }): Promise<void> {
    const config = {
      cameras: [
        { id: 'yard', source: FIRE, fps: 2, loop: true, start_offset: '8s' },
        { id: 'doorstep', source: DOORSTEP, fps: 2, loop: true },
        { id: 'live', source: cameraUrl, fps: 2, stall_timeout: '3s' },
      ],
      rules: ['rules.yaml'],
      mqtt: { url: brokerUrl },
      server: { port: 0 },
      store: { path: this.#data },
      clips: { enabled: true, before: '3s', after: '3s', max_size: '200MB' },
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
    const cli = new Cli(['run', '-c', join(this.#folder, 'wordwatch.yaml'), '--json']);
    this.#cli = cli;
    const untilMs = performance.now() + START_TIMEOUT_MS;
    while (!PAGE.test(cli.stderr)) {
      if (cli.process.exitCode !== null || performance.now() > untilMs)
        throw new Error(`wordwatch did not start: ${cli.stderr}`);
      await sleep(50);
    }
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** In an orderly way. */
  async stop(): Promise<void> {
    const cli = this.#cli;
    const timer = setTimeout(() => cli?.process.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#end('SIGTERM');
    clearTimeout(timer);
  }

  /** Address of the page while it is up. */
  get pageUrl(): string | null {
    return PAGE.exec(this.#cli?.stderr ?? '')?.[1] ?? null;
  }

  /** Memory that it holds, in MiB. */
  async rssMb(): Promise<number> {
    const status = await readFile(`/proc/${this.#cli!.process.pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024);
  }

  /** What it said on the terminal, in all of its lives. */
  printed(): DetectionEvent[] {
    const lines = `${this.#printed}${this.#cli?.stdout ?? ''}`.split('\n');
    // A kill may cut a line off.
    return lines.filter((line) => line.endsWith('}')).map((line) => DetectionEvent.parse(JSON.parse(line)));
  }

  /** What is in its database. */
  stored(): DetectionEvent[] {
    using database = openDatabase(databasePath(this.#data));
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
