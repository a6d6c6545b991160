import { readFile } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { openPages } from '../fixtures/page.js';
import { SampleProgram } from '../fixtures/sample-program.js';

// The program itself on the sample videos, and somebody who writes a rule on its page.

const WAIT = { timeout: 120_000, interval: 200 };
const HOUR_MS = 3_600_000;
const RULES = `# Kept.
rules:
  - { id: truck, when: [a truck, a delivery truck], not: [a parked car, a house] } # kept, too
`;
const { visit } = openPages();

it('a rule that is written in the studio is tried on the past, and fires on what comes next', async () => {
  await using program = await SampleProgram.create({ cameras: ['yard'], rules: RULES });
  await program.remember('yard', Date.now() - HOUR_MS);
  await program.start();
  const { page, complaints } = await visit(`${program.url}#/studio?new=1`);
  await page.getByRole('textbox', { name: 'Watches for' }).focus();
  await page.keyboard.type('something is on fire\nflames and smoke\n');
  await page.getByRole('textbox', { name: 'Not for' }).fill('a sunset');
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'fixed score' }).check();
  // What it would have done an hour ago, with its picture where one is kept; and what is there now.
  const outcome = page.getByRole('region', { name: 'What it would have done' });
  await outcome.getByRole('button', { name: /^[1-9]\d* gained/ }).waitFor(WAIT);
  await outcome.getByText(/^\d+\.\d\d s$/).waitFor(WAIT);
  const now = page.getByRole('region', { name: 'Right now' });
  await now.getByText(/^score -?\d+\.\d, threshold 4\.0$/).waitFor(WAIT);
  await page.getByLabel('Id', { exact: true }).fill('blaze');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').locator('.added', { hasText: 'id: blaze' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('blaze is saved', { exact: false }).waitFor();
  const text = await readFile(program.rulesFile, 'utf8');
  expect(text.startsWith(RULES)).toBe(true);
  await vi.waitFor(() => expect(program.lines.some(({ ruleId }) => ruleId === 'blaze')).toBe(true), WAIT);
  // It is in force, and compared with itself from now on.
  await outcome.getByRole('button', { name: '0 gained' }).waitFor(WAIT);
  expect(complaints).toEqual([]);
});
