import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { DetectionEvent } from '../detect/event.js';
import { codeOf, messageOf } from '../shared/errors.js';
import type { Outcome } from './delivery.js';

/** Between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 2_000;
/** Variables that a command inherits; all others, which may hold secrets, it does not see. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

/** What is run for each event. */
export interface CommandOptions {
  /** Program and arguments, as they are configured: nothing of an event gets into them, and no shell reads them. */
  run: readonly string[];
  timeoutMs: number;
  /** The program's own environment. */
  env: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a command once, with the event as JSON on its stdin. Whatever it started itself in its process group is ended with it.
 * @returns delivered: it ended with 0
 */
export async function runCommand(
  event: DetectionEvent,
  { run, timeoutMs, env, signal }: CommandOptions & { signal: AbortSignal },
): Promise<Outcome> {
  if (signal.aborted) return { kind: 'failed', reason: 'stopped' };
  let child: Child;
  try {
    child = start(run, environmentOf(event, env));
  } catch (error) {
    return { kind: 'failed', reason: messageOf(error) }; // no memory, no file handles
  }
  let why: string | null = null;
  const end = (reason: string) => {
    why ??= reason;
    signalGroup(child, 'SIGTERM');
    killTimer ??= setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
  };
  let killTimer: NodeJS.Timeout | null = null;
  const timer = setTimeout(() => end(`it took more than ${timeoutMs / 1000} s`), timeoutMs);
  const stop = () => end('stopped');
  signal.addEventListener('abort', stop, { once: true });
  child.stdin.on('error', () => {}); // it need not read
  child.stdin.end(`${JSON.stringify(event)}\n`);
  const ended = await new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(startFailure(run[0]!, error)));
    child.once('exit', (code, signalName) =>
      resolve(code === 0 ? null : `it ended with ${code ?? signalName}`),
    );
  });
  clearTimeout(timer);
  if (killTimer) {
    clearTimeout(killTimer);
    signalGroup(child, 'SIGKILL'); // what it has started and left behind
  }
  signal.removeEventListener('abort', stop);
  const reason = why ?? ended;
  return reason === null ? { kind: 'delivered' } : { kind: 'failed', reason };
}

type Child = ChildProcessByStdio<Writable, null, null>;

/** In a process group of its own, so that it can be ended together with what it has started. */
function start([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Child {
  return spawn(program!, args, { shell: false, detached: true, stdio: ['pipe', 'ignore', 'ignore'], env });
}

function environmentOf({ id, seq, phase }: DetectionEvent, env: CommandOptions['env']): NodeJS.ProcessEnv {
  const inherited = INHERITED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return {
    ...Object.fromEntries(inherited),
    WORDWATCH_EVENT_ID: id,
    WORDWATCH_EVENT_SEQ: String(seq),
    WORDWATCH_EVENT_PHASE: phase,
  };
}

function startFailure(program: string, error: Error): string {
  return codeOf(error) === 'ENOENT' ? `there is no program ${program}` : messageOf(error);
}

function signalGroup({ pid }: Child, signalName: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signalName);
  } catch {
    // gone already
  }
}
