// Pictures of every view, light and dark, of the program on the sample videos: `npm run -s screenshots -- DIR`.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { openBrowser } from '../fixtures/browser.js';
import { SampleProgram } from '../fixtures/sample-program.js';
import { until } from '../fixtures/until.js';

const SIZE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
/** The samples' own events come within a loop of the longest; then their ends, so that there is something to look at. */
const WATCHED_MS = 75_000;
const READY_MS = 30_000;
const BUDGETED = ['dog', 'gate-open', 'person-down', 'water'];
const HOUR_MS = 3_600_000;

const HAVE_PICTURES_COME = `[...document.images]
  .filter((image) => image.getBoundingClientRect().top < innerHeight && image.getBoundingClientRect().left < innerWidth)
  .every(({ complete }) => complete)`;

interface Shot {
  name: string;
  /** Of the view. */
  hash: string | ((page: Page) => Promise<string>);
  /** What is done before the picture is taken. */
  prepare?: (page: Page) => Promise<unknown>;
  size?: typeof SIZE;
}

const newestEvent = async (page: Page): Promise<string> => {
  const { events } = (await page.evaluate(
    `fetch('/api/events?after=0&limit=1000').then((answer) => answer.json())`,
  )) as { events: { id: string; ruleId: string; cameraId: string }[] };
  const fire = events.find(({ ruleId, cameraId }) => ruleId === 'fire' && cameraId === 'yard') ?? events[0]!;
  return `#/events/${fire.id}`;
};

const SHOTS: readonly Shot[] = [
  { name: 'live', hash: '#/live' },
  { name: 'live-phone', hash: '#/live', size: PHONE },
  { name: 'camera', hash: '#/camera/yard' },
  { name: 'events', hash: '#/events' },
  { name: 'event', hash: newestEvent },
  { name: 'near-misses', hash: '#/near-misses' },
  { name: 'studio', hash: '#/studio/fire' },
  { name: 'search', hash: '#/search?q=a%20truck' },
  { name: 'health', hash: '#/health' },
  { name: 'system', hash: '#/health/system' },
];

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (folder === undefined || positionals.length > 1) {
  process.stderr.write('usage: npm run -s screenshots -- DIR\n');
  process.exitCode = 2;
} else {
  await takeAll(folder);
}

/** The example rules, some of them with budgets, so that there are calibrations to look at. */
async function withBudgets(): Promise<string> {
  const file = new URL('../../rules/example.yaml', import.meta.url);
  const document = parseDocument(await readFile(file, 'utf8'));
  const rules = document.get('rules') as YAMLSeq<YAMLMap>;
  for (const rule of rules.items)
    if (BUDGETED.includes(rule.get('id') as string)) rule.set('budget', { false_alarms_per_day: 1 });
  return document.toString();
}

async function takeAll(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await using program = await SampleProgram.create({ rules: await withBudgets() });
  say('putting samples into the past');
  await program.remember('yard', Date.now() - 2 * HOUR_MS);
  await program.remember('car-park', Date.now() - 5 * HOUR_MS);
  await program.start();
  say(`watching for ${WATCHED_MS / 1000} s`);
  const end = Date.now() + WATCHED_MS;
  await wait(() => Date.now() > end && program.lines.length > 0, 4 * WATCHED_MS);
  const browser = await openBrowser();
  try {
    for (const shot of SHOTS)
      for (const colorScheme of ['light', 'dark'] as const)
        await take(browser, shot, {
          program,
          colorScheme,
          path: join(folder, `${shot.name}-${colorScheme}.png`),
        });
  } finally {
    await browser.close();
  }
}

async function take(
  browser: Browser,
  { hash, prepare, size = SIZE }: Shot,
  { program, colorScheme, path }: { program: SampleProgram; colorScheme: 'light' | 'dark'; path: string },
): Promise<void> {
  const page = await browser.newPage({ viewport: size, colorScheme, reducedMotion: 'reduce' });
  await page.goto(program.url);
  await page.locator('.pill.live').waitFor({ timeout: READY_MS });
  await page.goto(`${program.url}${typeof hash === 'string' ? hash : await hash(page)}`);
  await prepare?.(page);
  await wait(async () => (await page.locator('.loading, [aria-busy="true"]').count()) === 0, READY_MS);
  // Pictures that are in sight have come.
  await wait(() => page.evaluate<boolean>(HAVE_PICTURES_COME), READY_MS);
  await page.waitForTimeout(1_500);
  // 256 colours do for a page, and take a third of the room.
  await sharp(await page.screenshot())
    .png({ palette: true, effort: 10 })
    .toFile(path);
  await page.close();
  say(path);
}

/** @throws Error when something is not so in time */
async function wait(isSo: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  if (!(await until(isSo, { timeoutMs }))) throw new Error(`not within ${timeoutMs / 1000} s: ${isSo}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
