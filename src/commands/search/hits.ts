import type { HitPicture } from '../../search/hit-picture.js';
import { doesStandOut, type FoundMoment, type SearchResult } from '../../search/searcher.js';
import { formatMoment } from '../calibrate/rows.js';
import type { Output } from '../output.js';

/** A hit with what is shown of it. */
export interface ShownHit {
  moment: FoundMoment;
  picture: HitPicture | null;
}

/** Prints hits as data, and what else is to be said as talk. */
export function printHits(
  hits: readonly ShownHit[],
  { result, output }: { result: SearchResult; output: Output },
): void {
  if (output.json) {
    for (const [i, { moment, picture }] of hits.entries())
      output.stdout(`${JSON.stringify({ kind: 'hit', rank: i + 1, ...asJson(moment), picture })}\n`);
    output.stdout(`${JSON.stringify(summaryOf(result))}\n`);
    return;
  }
  for (const [i, { moment, picture }] of hits.entries())
    output.stdout(`${describeHit(moment, i + 1)}${picture ? `  ${picture.file}` : ''}\n`);
  output.stderr(`${describeResult(result).join('\n')}\n`);
}

function asJson(found: FoundMoment) {
  const { streamId: _, ...moment } = found;
  return { ...moment, standsOut: moment.strength === null ? null : doesStandOut(found) };
}

function summaryOf({ moments, standsOut, ordinary, scanned, lostRows, skipped }: SearchResult) {
  const { rows, vectors } = scanned;
  return {
    ...{ kind: 'summary', hits: moments.length, standsOut, rows, vectors, lostRows, skipped },
    ordinaryMoments: ordinary?.moments ?? null,
  };
}

/** ` 1.  2026-05-01 20:00:12  yard  0.113, 8.1 above the ordinary *  tile 3 (0.25, 0.30, 0.5 × 0.6)  35 s` */
export function describeHit(moment: FoundMoment, rank: number): string {
  const { cameraId, atMs, fromMs, toMs, score, surprise, tile } = moment;
  const { x, y, w, h } = tile.box;
  const above =
    surprise === null ? '' : `, ${surprise.toFixed(1)} above its ordinary${doesStandOut(moment) ? ' *' : ''}`;
  const lasted = `${Math.round((toMs - fromMs) / 1000)} s`;
  const part = (value: number) => String(Number(value.toFixed(2)));
  const box = `tile ${tile.index} at ${part(x)},${part(y)} ${part(w)}×${part(h)}`;
  return `${String(rank).padStart(3)}.  ${formatMoment(atMs)}  ${cameraId}  ${score.toFixed(3)}${above}  ${box}  ${lasted}`;
}

/** What else is to be said, for people. */
function describeResult({
  moments,
  standsOut,
  ordinary,
  scanned,
  lostRows,
  skipped,
}: SearchResult): string[] {
  const verdict =
    moments.length === 0
      ? 'nothing is remembered there'
      : standsOut === null
        ? 'too little is remembered to say whether anything stands out'
        : standsOut
          ? `* stands out: the highest of ${ordinary!.moments} ordinary moments would not score like it`
          : `nothing stands out: the highest of ${ordinary!.moments} ordinary moments would score like this; it is not there, or there all the time`;
  return [
    verdict,
    `compared: ${scanned.vectors} vectors, ${scanned.rows} min of cameras`,
    ...skipped.map(
      ({ modelHash, vectors }) =>
        `${vectors} vectors of another model (${modelHash.slice(0, 12)}…) were left out: they cannot be compared with this one's`,
    ),
    ...(lostRows > 0 ? [`${lostRows} minutes were deleted meanwhile, or are damaged`] : []),
  ];
}
