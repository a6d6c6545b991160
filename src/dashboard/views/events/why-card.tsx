import type { EventDetail } from '../../../server/api/past-schemas.js';
import { formatPercent, formatScore } from '../../format.js';
import { words } from '../../words.js';

const text = words.history;

interface Part {
  text: string;
  cosine: number;
  lead: number;
  share?: number;
}

/** Which words made the score: the rule's own against what is most like them. */
export function WhyCard({ detail: { explanation, unexplained } }: { detail: EventDetail }) {
  if (!explanation)
    return (
      <section class="card why">
        <h2>{text.why}</h2>
        <p class="soft">{unexplained && text.unexplained[unexplained]}</p>
      </section>
    );
  const { wordings, negatives, bank, margin, probe, sameRule } = explanation;
  // All bars have one scale, so that they can be compared.
  const most = Math.max(1, ...[...wordings, ...negatives, ...bank].map(({ lead }) => Math.abs(lead)));
  return (
    <section class="card why">
      <h2>{text.why}</h2>
      <p class="soft">{text.whyNote}</p>
      {!sameRule && <p class="note">{text.otherRule}</p>}
      <Bars title={text.wordings} parts={wordings} most={most} kind="for" />
      <Bars title={text.negatives} parts={negatives} most={most} kind="against" />
      <Bars title={text.bank} parts={bank} most={most} kind="bank" />
      <p>
        {text.margin(formatScore(margin))}
        {probe !== null && `; ${text.probe(formatScore(probe))}`}
      </p>
    </section>
  );
}

function Bars({
  title,
  parts,
  most,
  kind,
}: {
  title: string;
  parts: readonly Part[];
  most: number;
  kind: string;
}) {
  if (parts.length === 0) return null;
  return (
    <table class={`phrases ${kind}`}>
      <caption>{title}</caption>
      <tbody>
        {parts.map(({ text: phrase, lead, share, cosine }) => (
          <tr key={phrase} title={`cos ${cosine.toFixed(3)}`}>
            <th scope="row">{phrase}</th>
            <td class="lead" aria-hidden="true">
              <span
                class={lead < 0 ? 'minus' : 'plus'}
                style={{ width: `${(Math.abs(lead) / most) * 50}%` }}
              />
            </td>
            <td class="number">{signed(lead)}</td>
            <td class="number soft">{share !== undefined && formatPercent(share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${formatScore(Math.abs(value))}`;
}
