import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSource } from '../../src/capture/index.js';
import { RULE } from '../../src/commands/bench/stages.js';
import { CalibrationKeeper } from '../../src/pipeline/calibration-keeper.js';
import { CameraView } from '../../src/pipeline/camera-view.js';
import { openRuleBook } from '../../src/pipeline/rule-book.js';
import { type RuleVerdict, RuleWatch } from '../../src/pipeline/rule-watch.js';
import { VectorRecorder } from '../../src/pipeline/vector-recorder.js';
import { watchCamera } from '../../src/pipeline/watch-camera.js';
import { openVectorDatabase } from '../../src/store/vectors/vector-database.js';
import { VectorStore } from '../../src/store/vectors/vector-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { openTestModel } from '../fixtures/open-model.js';
import { rememberedFrames } from '../fixtures/remembered-frames.js';

const logger = createLogger({ level: 'silent' });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What does not hang on chance: ids are made anew. */
const told = ({ scores, transitions, sceneChanged }: RuleVerdict) => ({
  sceneChanged,
  scores: scores.map(({ ruleId, atMs, score, threshold, tile, margin }) => ({
    ruleId,
    atMs,
    score,
    threshold,
    tile,
    margin,
  })),
  transitions: transitions.map(({ rule, transition: { id: _, ...transition } }) => ({
    ruleId: rule.id,
    ...transition,
  })),
});

it('what a camera showed comes back frame by frame, and rules make of it exactly what they made of it then', async () => {
  const { embedder } = await openTestModel('models/starter');
  await using _embedder = embedder;
  const calibrated = { ...RULE, id: 'calibrated', threshold: null, budget: { falseAlarmsPerDay: 1 } };
  const book = await openRuleBook([{ ...RULE, id: 'fixed', threshold: 4 }, calibrated], embedder);
  const keeper = () =>
    new CalibrationKeeper({ store: null, modelHash: () => embedder.describe().modelHash, logger });
  using database = openVectorDatabase(folder);
  const store = new VectorStore(database);
  const then: ReturnType<typeof told>[] = [];
  {
    using recorder = new VectorRecorder({ store, model: embedder, commonness: null, logger });
    const watched = watchCamera({
      source: createSource({
        cameraId: 'yard',
        location: 'samples/fire-yard.mp4',
        fps: 2,
        startTimeMs: 30_500,
      }),
      ...{ book: () => book, embedder, calibrations: keeper(), timeZone: null, motionGate: true },
      ...{ onModelError: 'throw', onStatus: () => {}, logger, signal: new AbortController().signal },
    });
    for await (const frame of watched) {
      recorder.keep(frame, { cameraId: 'yard', fps: 2, motionGate: true, timed: false });
      then.push(told(frame));
    }
  }
  const rules = new RuleWatch({
    ...{ cameraId: 'yard', fps: 2, motionGate: true, timeZone: null, model: embedder },
    ...{ keeper: keeper(), switches: null, fixedPeaks: null },
  });
  const range = { cameraId: 'yard', modelHash: embedder.describe().modelHash, fromMs: 0, toMs: 1e12 };
  const now: ReturnType<typeof told>[] = [];
  let view: CameraView | null = null;
  for (const { stream, seen } of rememberedFrames(store, range)) {
    view ??= new CameraView({ book, ...stream });
    now.push(told(rules.step(seen, view)));
  }
  const transitions = rules.close();
  if (transitions.length > 0) now.push(told({ scores: [], transitions, peaks: [], sceneChanged: false }));
  expect(store.rows({}).length).toBeGreaterThan(1);
  expect(then.flatMap((frame) => frame.transitions).map(({ phase }) => phase)).toContain('start');
  expect(now).toEqual(then);
});
