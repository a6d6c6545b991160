import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../fixtures/mosquitto.js';

/** A real mosquitto that keeps sessions on disk: one that is killed still knows its subscribers when it is back. */
export class Broker implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  #process: ChildProcess | null = null;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<Broker> {
    const broker = new Broker(await freePort(), await mkdtemp(join(tmpdir(), 'soak-broker-')));
    const lines = [
      ...[`listener ${broker.port} 127.0.0.1`, 'allow_anonymous true', 'user root'],
      ...['persistence true', `persistence_location ${broker.#folder}/`],
      ...['autosave_interval 1', 'autosave_on_changes true', 'max_queued_messages 0'],
    ];
    await writeFile(broker.#config, `${lines.join('\n')}\n`);
    await broker.restart();
    return broker;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  get #config(): string {
    return join(this.#folder, 'mosquitto.conf');
  }

  async restart(): Promise<void> {
    const child = spawn('mosquitto', ['-c', this.#config], { stdio: 'ignore' });
    this.#process = child;
    while (!(await isOpen(this.port))) {
      if (child.exitCode !== null) throw new Error(`mosquitto exited with ${child.exitCode}`);
      await sleep(20);
    }
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** It answers nothing, but its connections stay. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true });
  }
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
