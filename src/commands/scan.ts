import { mkdirSync, openSync, writeSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { createSource, probe } from '../capture/index.js';
import type { CaptureSource } from '../capture/source.js';
import type { DetectionEvent } from '../detect/event.js';
import type { Embedder } from '../model/embedder.js';
import { EventRecorder } from '../pipeline/event-recorder.js';
import { openRuleBook, type RuleBook, type WatchRule } from '../pipeline/rule-book.js';
import { watchCamera } from '../pipeline/watch-camera.js';
import { codeOf, messageOf, WordwatchError } from '../shared/errors.js';
import { redactUrl } from '../shared/redact-url.js';
import { SnapshotFolder } from '../store/snapshots.js';
import type { Logger } from '../telemetry/logger.js';
import { formatDuration, type Output, writeEvent } from './output.js';

/** What {@link runScan} is asked to do. */
export interface ScanOptions {
  /** Files, folders of images or streams, one after the other. */
  sources: readonly string[];
  rules: readonly WatchRule[];
  embedder: Embedder;
  /** Frames sampled a second. */
  fps: number;
  keyframesOnly: boolean;
  /** Whether parts of the picture in which nothing changes are looked at less often. */
  motionGate: boolean;
  /** When the footage begins, milliseconds since the epoch; null: not known, and rules are always active. */
  startTimeMs: number | null;
  timeZone: string;
  /** Folder for snapshots and `events.jsonl`; null: none. */
  outDir: string | null;
  output: Output;
  logger: Logger;
  signal: AbortSignal;
}

/**
 * One pass over footage, as fast as it can be read. A source that fails is reported and the others go on.
 * @returns the exit code: 0, 1 when a source failed, 2 when one cannot be what the user meant
 */
export async function runScan(options: ScanOptions): Promise<number> {
  const { sources, outDir, output, embedder } = options;
  const book = await openRuleBook(options.rules, embedder);
  const recorder = openRecorder(options);
  let exitCode = 0;
  for (const [index, cameraId] of cameraIdsOf(sources).entries()) {
    if (options.signal.aborted) break;
    try {
      await scanSource({ ...options, location: sources[index]!, cameraId, book, recorder });
    } catch (error) {
      output.stderr(`${redactUrl(sources[index]!)}: ${redactUrl(messageOf(error))}\n`);
      const isUserInput = error instanceof WordwatchError && error.userInput;
      exitCode = Math.max(exitCode, isUserInput ? 2 : 1);
    }
  }
  if (outDir) output.stderr(`events and snapshots are in ${resolve(outDir)}\n`);
  return exitCode;
}

interface SourceScan extends ScanOptions {
  location: string;
  cameraId: string;
  book: RuleBook;
  recorder: EventRecorder;
}

async function scanSource(scan: SourceScan): Promise<void> {
  const { location, cameraId, book, recorder, output } = scan;
  const source: CaptureSource = createSource({
    cameraId,
    location,
    fps: scan.fps,
    keyframesOnly: scan.keyframesOnly,
    startTimeMs: scan.startTimeMs ?? 0,
  });
  const progress = new Progress(source, scan);
  await progress.start();
  const watched = watchCamera({
    source,
    book: () => book,
    embedder: scan.embedder,
    timeZone: scan.startTimeMs === null ? null : scan.timeZone,
    motionGate: scan.motionGate,
    onModelError: 'throw',
    onStatus: () => {},
    logger: scan.logger,
    signal: scan.signal,
  });
  for await (const { pyramid, transitions } of watched) {
    for (const transition of transitions) {
      const { event } = await recorder.record(transition, { cameraId, pyramid });
      progress.clear();
      writeEvent(event, output);
      progress.events += event.phase === 'start' ? 1 : 0;
    }
    if (pyramid) progress.at(pyramid.ptsMs);
  }
  progress.finish();
}

/** Numbers events and, with `--out`, keeps them in files. */
function openRecorder({ outDir, embedder, logger }: ScanOptions): EventRecorder {
  let seq = 0;
  let write = (_event: DetectionEvent): void => {};
  if (outDir) {
    try {
      mkdirSync(outDir, { recursive: true });
      const file = openSync(join(outDir, 'events.jsonl'), 'a');
      write = (event) => void writeSync(file, `${JSON.stringify(event)}\n`);
    } catch (error) {
      throw new WordwatchError(
        'out-unwritable',
        `--out ${outDir}: cannot write there (${codeOf(error) ?? messageOf(error)})`,
        {
          cause: error,
          userInput: true,
        },
      );
    }
  }
  return new EventRecorder({
    store: {
      append: (event) => {
        const numbered = { ...event, seq: ++seq };
        write(numbered);
        return numbered;
      },
    },
    snapshots: outDir ? new SnapshotFolder(outDir) : null,
    model: embedder,
    logger,
  });
}

/**
 * Camera ids of scanned sources: a file's name without its ending, in the letters an id may have; the same name twice
 * gets a number.
 */
export function cameraIdsOf(sources: readonly string[]): string[] {
  const taken = new Set<string>();
  return sources.map((source) => {
    const name = basename(redactUrl(source), extname(source));
    const plain =
      name
        .toLowerCase()
        .replace(/[^a-z0-9_-]+/g, '-')
        .replace(/^[-_]+/, '')
        .slice(0, 56) || 'camera';
    let id = plain;
    for (let number = 2; taken.has(id); number++) id = `${plain}-${number}`;
    taken.add(id);
    return id;
  });
}

/** A line on stderr that says how far a scan is: redrawn on a terminal, else written once at the end. */
class Progress {
  events = 0;
  readonly #source: CaptureSource;
  readonly #output: Output;
  readonly #startedMs = performance.now();
  #durationMs: number | null = null;
  #ptsMs = 0;
  #drawnMs = 0;

  constructor(source: CaptureSource, { output }: { output: Output }) {
    this.#source = source;
    this.#output = output;
  }

  async start(): Promise<void> {
    this.#durationMs = (await probe(this.#source)).durationMs;
  }

  at(ptsMs: number): void {
    this.#ptsMs = ptsMs;
    const nowMs = performance.now();
    if (!this.#output.isTerminal || nowMs - this.#drawnMs < 200) return;
    this.#drawnMs = nowMs;
    this.#output.stderr(`\r\x1b[K${this.#describe()}`);
  }

  clear(): void {
    if (this.#output.isTerminal) this.#output.stderr('\r\x1b[K');
  }

  finish(): void {
    this.clear();
    this.#output.stderr(`${this.#describe()}\n`);
  }

  #describe(): string {
    const speed = this.#ptsMs / Math.max(1, performance.now() - this.#startedMs);
    const total = this.#durationMs === null ? '' : ` of ${formatDuration(this.#durationMs)}`;
    const events = `${this.events} event${this.events === 1 ? '' : 's'}`;
    return `${this.#source.cameraId}: ${formatDuration(this.#ptsMs)}${total}, ${speed.toFixed(1)}× real time, ${events}`;
  }
}
