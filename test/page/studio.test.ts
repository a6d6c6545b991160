import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FeasibilityInfo } from '../../src/server/messages.js';
import { expectNoViolations, openPages, type VisitOptions } from '../fixtures/page.js';
import { StudioAnswers } from '../fixtures/studio-answers.js';
import { StudioFolder } from '../fixtures/studio-folder.js';
import { WatchedWorld } from '../fixtures/watched-world.js';

const WAIT = { timeout: 30_000 };
const RULES = `# The yard's rules.
rules:
  - id: fire # kept as it is
    name: Fire
    when: ["something is on fire"]
    not: ["a sunset"]
    severity: critical
    threshold: 4

  - { id: asleep, when: a cat, enabled: false }
`;
const { serve, visit } = openPages();

let world: WatchedWorld;
let folder: StudioFolder;
let answers: StudioAnswers;
let jpeg: Buffer;
beforeAll(async () => {
  const green = { width: 640, height: 360, channels: 3 as const, background: '#3a7' };
  jpeg = await sharp({ create: green }).jpeg().toBuffer();
});
beforeEach(() => {
  world = new WatchedWorld();
  folder = new StudioFolder({ 'yard.yaml': RULES }, ['yard', 'door']);
  answers = new StudioAnswers(folder.files);
  world.studio = answers;
});
afterEach(() => folder[Symbol.dispose]());

async function open(hash: string, options: VisitOptions = {}, scope: 'view' | null = null) {
  const token = { name: 'wall', token: 'a-long-token', scope: 'view' as const };
  const server = await serve(world, scope ? { tokens: [token] } : {});
  const { page, complaints } = await visit(`${server.url}${hash}`, options);
  if (scope) {
    await page.getByLabel('Token').fill('a-long-token');
    await page.keyboard.press('Enter');
  }
  await page.locator('.pill.live').waitFor();
  return { page, complaints };
}

const when = (page: Page) => page.getByRole('textbox', { name: 'Watches for' });
const outcome = (page: Page) => page.getByRole('region', { name: 'What it would have done' });
const chips = (page: Page, name = 'Watches for') =>
  page.getByRole('list', { name }).locator('.phrase').allTextContents();
const newest = (path: keyof StudioAnswers['asked']) => answers.asked[path].at(-1);
const adviceOf = (kind: 'use-wording' | 'add-negative', phrase: string): FeasibilityInfo => ({
  ...{ cameraId: 'door', ruleId: 'parcel', verdict: 'works', reasons: [], samples: 100, sightings: 0 },
  ...{ separation: null, dominatingTile: null, likest: [], negatives: [] },
  proposals: [
    {
      ...{ kind, phrase, text: 'it would help', climbBefore: 0.5, climbAfter: 0.4 },
      ...{ aucBefore: null, aucAfter: null },
    },
  ],
});
/** The file is told as changed, as the program does that follows it. */
const tell = () => world.bus.emit('rules', ['fire'], []);

describe('the rule studio', () => {
  it('tries a rule while it is typed, and writes it into its file as a diff that is confirmed', async () => {
    const { page, complaints } = await open('#/studio');
    await page.getByRole('link', { name: 'asleep' }).waitFor();
    // Switched from the list, and taken back.
    const lever = page.getByRole('switch', { name: 'Fire raises events' });
    await lever.click();
    await page.getByText('Fire raises nothing now.').waitFor();
    await vi.waitFor(async () => expect(await lever.getAttribute('aria-checked')).toBe('false'), WAIT);
    await page.getByRole('button', { name: 'Undo' }).click();
    await vi.waitFor(async () => expect(await lever.getAttribute('aria-checked')).toBe('true'), WAIT);
    await page.getByLabel('Snooze Fire').selectOption('60');
    await page.getByText(/^quiet until/).waitFor();
    await page.getByRole('button', { name: 'Wake' }).click();
    await page.getByLabel('Snooze Fire').waitFor();
    await page.getByRole('link', { name: 'Fire' }).click();
    await page.getByRole('heading', { name: 'Rule Fire' }).waitFor();
    await outcome(page).getByRole('button', { name: '2 gained' }).waitFor();

    // Tried before Enter: words count as they are typed.
    await when(page).fill('flames');
    await vi.waitFor(
      () => expect(newest('preview')?.draft.when).toEqual(['something is on fire', 'flames']),
      WAIT,
    );
    expect(newest('preview')).toMatchObject({ against: 'fire', draft: { not: ['a sunset'], threshold: 4 } });
    await vi.waitFor(() => expect(newest('now')?.draft.when).toContain('flames'), WAIT);
    await when(page).press('Enter');
    expect(await chips(page)).toEqual(['something is on fire', 'flames']);
    expect(await when(page).inputValue()).toBe('');
    await page.getByText('unsaved changes').waitFor();

    // The key figures, and the timeline by keyboard.
    await outcome(page).getByRole('button', { name: '4 gained' }).waitFor();
    await outcome(page).getByText('8 of 8').waitFor();
    const track = outcome(page).getByRole('group', { name: /^yard: 6 events/ });
    await track.locator('[tabindex="0"]').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const focused = track.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toMatch(/^gained, /);
    await track.locator('.peek').waitFor();
    await page.keyboard.press('Enter');
    await outcome(page).locator('li.gained.pointed').waitFor();

    await page.keyboard.press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Changes to rules/yard.yaml' });
    await dialog.locator('.added', { hasText: /when: \["something is on fire", "?flames"?\]/ }).waitFor();
    expect(folder.read('yard.yaml')).toBe(RULES);
    await page.keyboard.press('Enter');
    await page.getByText('Fire is saved and comes into force.').waitFor();
    expect(folder.read('yard.yaml').replace('"flames"', 'flames')).toBe(
      RULES.replace('fire"]', 'fire", flames]'),
    );
    await page.getByText('unsaved changes').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('takes several phrases at once, and any of them back', async () => {
    const { page } = await open('#/studio/fire');
    await when(page).focus();
    await page.evaluate(`
      const data = new DataTransfer();
      data.setData('text', ' flames\\n\\n  a  bonfire \\n');
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    `);
    await vi.waitFor(
      async () => expect(await chips(page)).toEqual(['something is on fire', 'flames', 'a bonfire']),
      WAIT,
    );
    await when(page).press('Backspace');
    expect(await when(page).inputValue()).toBe('a bonfire');
    await when(page).fill('a bonfire at night');
    await when(page).press('Enter');
    // A chip comes back into the field, and goes to where it was.
    await page.getByRole('button', { name: 'Change flames' }).click();
    await when(page).fill('high flames');
    await when(page).press('Enter');
    expect(await chips(page)).toEqual(['something is on fire', 'high flames', 'a bonfire at night']);
    await page.getByRole('button', { name: 'Remove high flames' }).click();
    expect(await chips(page)).toEqual(['something is on fire', 'a bonfire at night']);
    await vi.waitFor(
      () => expect(newest('preview')?.draft.when).toEqual(['something is on fire', 'a bonfire at night']),
      WAIT,
    );
  });

  it('gives up older questions, and leaves the old outcome in sight until the next is there', async () => {
    const { page } = await open('#/studio/fire');
    await outcome(page).getByRole('button', { name: '2 gained' }).waitFor();
    let release = () => {};
    answers.ready = new Promise<void>((resolve) => {
      release = resolve;
    });
    const gone: string[] = [];
    page.on('requestfailed', (request) => gone.push(request.url()));
    await when(page).fill('flam');
    await vi.waitFor(() => expect(newest('preview')?.draft.when).toContain('flam'), WAIT);
    await outcome(page).getByText('Looking through what is stored…').waitFor();
    expect(await outcome(page).locator('.found.old').count()).toBe(1);
    await when(page).fill('flames');
    await vi.waitFor(() => expect(gone.filter((url) => url.endsWith('/preview'))).toHaveLength(1), WAIT);
    await vi.waitFor(() => expect(newest('preview')?.draft.when).toContain('flames'), WAIT);
    release();
    await outcome(page).getByRole('button', { name: '4 gained' }).waitFor();
    expect(await outcome(page).locator('.found.old').count()).toBe(0);
    // A name changes nothing of what is found, so that nothing is asked for.
    const { length } = answers.asked.preview;
    await page.getByLabel('Name').fill('Blaze');
    await page.getByText('unsaved changes').waitFor();
    await page.getByRole('button', { name: 'Week' }).click();
    await vi.waitFor(() => expect(answers.asked.preview).toHaveLength(length + 1), WAIT);
    expect(newest('preview').untilMs - newest('preview').sinceMs).toBe(7 * 86_400_000);
  });

  it('begins a rule with what a link says, with suggestions to click in, and puts it into a file', async () => {
    answers.told = {
      ...{ unknownWords: ['parcel'], notes: [] },
      limits: [{ kind: 'counting', phrase: 'a parcel', text: 'it cannot count' }],
      cameras: [adviceOf('use-wording', 'a package'), adviceOf('add-negative', 'a doormat')],
    };
    const { page, complaints } = await open('#/studio?words=a%20parcel&camera=door');
    await page.getByRole('heading', { name: 'New rule' }).waitFor();
    await page.getByText('it cannot count').waitFor();
    await page.getByText('The model does not know “parcel”', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'a package', exact: true }).click();
    await page.getByRole('button', { name: 'not: a doormat' }).click();
    expect(await chips(page, 'Not for')).toEqual(['a doormat']);
    // The budget: by its columns or by the slider's keys.
    await page.getByRole('button', { name: /^5 a day: 26 events, 6 you judged true/ }).click();
    const slider = page.getByRole('slider', { name: /False alarms/ });
    expect(await slider.getAttribute('aria-valuetext')).toBe('5 a day');
    await slider.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toBe('20 a day');
    expect(newest('budgets')?.draft).not.toHaveProperty('budget');
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('parcel');
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('parcel is saved').waitFor();
    await page.waitForURL(/#\/studio\/parcel$/);
    expect(folder.read('yard.yaml')).toContain(`  - id: parcel
    when:`);
    const { draft } = (await folder.files.source('parcel'))!;
    expect(draft).toEqual({
      ...{ id: 'parcel', when: ['a parcel', 'a package'], not: ['a doormat'], cameras: ['door'] },
      budget: { false_alarms_per_day: 20 },
    });
    expect(complaints).toEqual([]);
  });

  it('sets times with an example drawn, hours, and a part of the picture by pointer and keyboard', async () => {
    const { page } = await open('#/studio/fire');
    world.show({ jpeg });
    await page.getByText('Timing', { exact: true }).click();
    const drawing = page.getByRole('img', { name: /^An example/ });
    expect(await drawing.getAttribute('aria-label')).toContain('the end 10 s after the last');
    await page.getByLabel('Ends when gone for').fill('5m');
    await vi.waitFor(
      async () => expect(await drawing.getAttribute('aria-label')).toContain('the end 5:'),
      WAIT,
    );
    await page.getByText('When it watches').click();
    await page.getByRole('group', { name: 'Time of Europe/Zurich' }).getByLabel('always').uncheck();
    await page.getByRole('checkbox', { name: 'Sat' }).uncheck();
    await page.getByRole('checkbox', { name: 'Sun' }).uncheck();
    await page.getByLabel('from').fill('20:00');
    await page.getByLabel('to', { exact: true }).fill('06:30');

    await page.getByText('Where in the picture').click();
    const surface = page.locator('.surface');
    await surface.locator('img').waitFor();
    await surface.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await surface.boundingBox())!;
    await page.mouse.move(x + width * 0.2, y + height * 0.25);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.5, y + height * 0.5);
    await page.mouse.move(x + width * 0.6, y + height * 0.75);
    await page.mouse.up();
    const corner = page.getByRole('button', { name: /^Corner 1: 20 % from the left, 25 %/ });
    await corner.press('Shift+ArrowLeft');
    await page.getByRole('button', { name: /^Corner 1: 15 %/ }).press('Enter');
    const last = page.getByRole('button', { name: /^Corner 5: / });
    await last.waitFor();
    await page.getByRole('button', { name: /^Corner 2: / }).press('Delete');
    await last.waitFor({ state: 'detached' });
    await page.getByText('Corners in numbers').click();
    await page.getByLabel('Corner 3, per cent from the left').fill('70');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Fire is saved').waitFor();
    const { draft } = (await folder.files.source('fire'))!;
    expect(draft.active).toEqual({ days: ['mon-fri'], hours: '20:00-06:30' });
    expect(draft.clear_for).toBe('5m');
    const region = draft.tiles!.region!;
    expect(region).toHaveLength(4);
    expect(region[0]![0]).toBeCloseTo(0.15, 1);
    expect(region[2]).toEqual([0.7, expect.closeTo(0.75, 1)]);
    expect(folder.read('yard.yaml')).toContain('id: fire # kept as it is');
  });

  it('shows what is wrong where it is, with the proposal, and saves nothing of it', async () => {
    const { page } = await open('#/studio/fire');
    await page.getByText('Timing', { exact: true }).click();
    await page.getByLabel('Ends when gone for').fill('soon');
    await page.keyboard.press('Control+Enter');
    const field = page.getByLabel('Ends when gone for');
    await page.getByText(/Expected a duration such as "10s"/).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('dialog').count()).toBe(0);
    // It goes when it is mended.
    await field.fill('20s');
    await page.getByText(/Expected a duration/).waitFor({ state: 'hidden' });
    await page.getByLabel('Hits needed').fill('9');
    await page.keyboard.press('Control+Enter');
    await page.getByText('"k of n" means k hits among the last n frames.', { exact: false }).waitFor();
    expect(folder.read('yard.yaml')).toBe(RULES);
  });

  it('asks before changes are lost', async () => {
    const { page } = await open('#/studio/fire');
    await when(page).fill('flames');
    await page.getByText('unsaved changes').waitFor();
    await page.getByRole('link', { name: 'Search' }).click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.getByRole('button', { name: 'Stay' }).click();
    expect(page.url()).toMatch(/#\/studio\/fire$/);
    expect(await when(page).inputValue()).toBe('flames');
    await page.goBack();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Rule Fire' }).waitFor({ state: 'hidden' });
  });

  it('follows edits on the disk, and puts what was changed here on top of them if asked', async () => {
    const { page } = await open('#/studio/fire');
    await outcome(page).getByRole('button', { name: '2 gained' }).waitFor();
    // Nothing is changed here: it is taken over.
    folder.write('yard.yaml', RULES.replace('name: Fire', 'name: Big fire'));
    tell();
    await page.getByRole('heading', { name: 'Rule Big fire' }).waitFor();
    await when(page).fill('flames');
    await when(page).press('Enter');
    // Another rule is: it makes no difference.
    folder.write('yard.yaml', RULES.replace('name: Fire', 'name: Big fire').replace('a cat', 'a tom cat'));
    tell();
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Not yet' }).click();
    // This one is, and nobody has told the page.
    folder.write('yard.yaml', RULES.replace('"a sunset"', '"a lamp"'));
    await page.keyboard.press('Control+Enter');
    const conflict = page.getByRole('alert').filter({ hasText: 'The file was changed meanwhile' });
    await conflict.getByText('Changed there: name, not.').waitFor();
    await conflict.getByRole('button', { name: 'Take theirs and put mine on top' }).click();
    expect(await chips(page, 'Not for')).toEqual(['a lamp']);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Fire is saved').waitFor();
    const wanted = RULES.replace('"a sunset"', '"a lamp"').replace('fire"]', 'fire", flames]');
    expect(folder.read('yard.yaml').replace('"flames"', 'flames')).toBe(wanted);
  });

  it('deletes a rule by the same way', async () => {
    const { page } = await open('#/studio/asleep');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').locator('.removed', { hasText: 'asleep' }).waitFor();
    await page.getByRole('button', { name: 'Delete the rule' }).click();
    await page.getByText('asleep is deleted.').waitFor();
    await page.getByRole('heading', { name: 'Studio' }).waitFor();
    expect(folder.read('yard.yaml')).toBe(RULES.replace(/\n {2}- \{ id: asleep.*\n/, ''));
    expect(page.url()).toMatch(/#\/studio$/);
  });

  it('lets everybody try, but only those save who may, where it can be written', async () => {
    folder.protect('yard.yaml');
    const { page } = await open('#/studio/fire');
    await page.getByText('rules/yard.yaml cannot be changed: the file is write-protected').waitFor();
    await when(page).fill('flames');
    await outcome(page).getByRole('button', { name: '4 gained' }).waitFor();
    expect(await page.getByRole('button', { name: 'Save…' }).isDisabled()).toBe(true);
    const other = await open('#/studio/fire', {}, 'view');
    await other.page.getByText('Your token may only look', { exact: false }).waitFor();
    await when(other.page).fill('flames');
    await outcome(other.page).getByRole('button', { name: '4 gained' }).waitFor();
    expect(await other.page.getByRole('button', { name: 'Delete…' }).isDisabled()).toBe(true);
    await page.evaluate('location.hash = "#/studio/nothing"');
  });

  it('says that nothing is remembered, and shows what is there now all the same', async () => {
    answers.refused = { code: 'vectors-missing', message: 'nothing is remembered' };
    const { page } = await open('#/studio/fire');
    world.show({ jpeg });
    await outcome(page).getByText('Nothing is remembered', { exact: false }).waitFor();
    const now = page.getByRole('region', { name: 'Right now' });
    await now.getByText('score 5.2, threshold 4.0').waitFor();
    await now.locator('li.hit .tile.hit').waitFor();
  });

  it.each(['light', 'dark'] as const)('can be used by everybody in %s colours', async (colorScheme) => {
    const { page, complaints } = await open('#/studio', { colorScheme });
    await page.getByRole('link', { name: 'asleep' }).waitFor();
    await expectNoViolations(page);
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'New rule' }).waitFor();
    await page.locator('input:focus').waitFor();
    answers.told = { unknownWords: ['dog'], limits: [], notes: [], cameras: [] };
    await page.keyboard.type('a dog\n');
    await outcome(page).getByRole('button', { name: '2 gained' }).waitFor();
    for (const summary of await page.locator('details.part > summary').all()) await summary.click();
    await page.getByRole('button', { name: 'Look at a part only' }).click();
    await page.getByText('The model does not know', { exact: false }).waitFor();
    await expectNoViolations(page);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog').locator('.added').first().waitFor();
    await expectNoViolations(page);
    expect(complaints).toEqual([]);
  });

  it.each([320, 3840])('fits a screen of %i px', async (widthPx) => {
    const { page } = await open('#/studio/fire', { widthPx });
    await outcome(page).getByRole('button', { name: '2 gained' }).waitFor();
    for (const summary of await page.locator('details.part > summary').all()) await summary.click();
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(widthPx);
  });
});
