import type { ChangedMoment } from '../../pipeline/lesson-what-if.js';
import type { LessonProposal } from '../../pipeline/lessons.js';
import type { ThresholdPlan } from '../../rules/thresholds.js';
import { formatMoment } from '../calibrate/rows.js';

/** Moments that are listed on a terminal; JSON has all. */
const LISTED = 20;

/** What is proposed for a rule, for people: lines, each with its end. */
export function describeProposal(
  proposal: LessonProposal,
  { plan, action }: { plan: ThresholdPlan; action: 'show' | 'apply' | 'undo' },
): string {
  const { ruleId, labels, probe, probability } = proposal;
  const { confirmed, wrong, unsure, quiet } = labels;
  const offered = probe.state === 'offered' || probability.state === 'offered';
  const lines = [
    `${ruleId}: judged ${confirmed} true, ${wrong} false, ${unsure} unsure; ${quiet} everyday tiles`,
    `  probe        ${probeText(probe)}`,
    `  probability  ${probabilityText(probability)}`,
    ...(proposal.whatIf ? whatIfLines(proposal.whatIf, plan) : []),
    ...(probe.state === 'offered'
      ? [
          '  A probe makes other scores: calibrated thresholds start again, and a probability needs new reviews.',
        ]
      : []),
    ...(offered && action === 'show' ? [`  Apply it with: wordwatch learn ${ruleId} --apply`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function probeText({ state, version, missing, comparison, reason }: LessonProposal['probe']): string {
  const now = version === null ? '' : `; version ${version} is in force`;
  if (state === 'in-force') return `version ${version} is in force, learned from these reviews`;
  const needed = listOf([
    [missing.confirmed, 'true'],
    [missing.others, 'false or everyday'],
  ]);
  if (needed) return `not yet: needs ${needed} more${now}`;
  const measured = comparison ? `: ${comparisonText(comparison)}` : '';
  if (state === 'none') return `no, ${reason}${measured}${now}`;
  return `offered; on reviews that it has not seen it ranks better than the words${measured}${now}`;
}

/** AUC: how often a true one scores above one that is none. */
function comparisonText({
  before,
  after,
  gain,
  standardError,
}: NonNullable<LessonProposal['probe']['comparison']>) {
  const signed = `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(3)}`;
  return `AUC ${before.toFixed(3)} → ${after.toFixed(3)} (${signed} ± ${standardError.toFixed(3)})`;
}

function probabilityText({ state, version, missing, labels, reason }: LessonProposal['probability']): string {
  const now = version === null ? '' : `; version ${version} is in force`;
  if (state === 'in-force') return `version ${version} is in force, learned from these reviews`;
  const of = `${labels.confirmed} true and ${labels.wrong} false ones that were scored as now`;
  const needed = listOf([
    [missing.confirmed, 'true'],
    [missing.wrong, 'false'],
  ]);
  if (needed) return `not yet: there are ${of}, needs ${needed} more${now}`;
  return state === 'none' ? `no, ${reason}${now}` : `offered, from ${of}${now}`;
}

function listOf(needs: readonly [number, string][]): string {
  return needs
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(' and ');
}

function whatIfLines(
  {
    days,
    moments,
    gained,
    lost,
    kept,
    better,
    worse,
    thresholds,
    atFixed,
  }: NonNullable<LessonProposal['whatIf']>,
  plan: ThresholdPlan,
): string[] {
  const of = `of ${moments} events and peaks in ${days} days`;
  const after = thresholds[0]?.after ?? null;
  return [
    `  with the probe, ${of}: ${gained.length} gained, ${lost.length} lost, ${kept} kept; judged ones ${better} better, ${worse} worse`,
    '  (compared by the margins of the stored tiles, at thresholds that raise as many not judged true as before)',
    ...(plan.kind === 'fixed' && atFixed
      ? [
          `  (the threshold is fixed at ${plan.value.toFixed(2)} and stays there; with it ${atFixed.gained} gained and ${atFixed.lost} lost${after === null ? '' : `. For as many as before set "threshold: ${after.toFixed(2)}"`})`,
        ]
      : []),
    ...momentLines('+', gained),
    ...momentLines('−', lost),
  ];
}

function momentLines(sign: string, moments: readonly ChangedMoment[]): string[] {
  const lines = moments
    .slice(0, LISTED)
    .map(
      ({ verdict, kind, cameraId, atMs, id }) =>
        `    ${sign} ${(verdict ?? 'not judged').padEnd(10)}  ${kind}  ${formatMoment(atMs)}  ${cameraId}  ${id}`,
    );
  const more = moments.length - lines.length;
  return more > 0 ? [...lines, `    ${sign} … and ${more} more`] : lines;
}
