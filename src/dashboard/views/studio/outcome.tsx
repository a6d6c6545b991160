import { RefreshCw } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import { formatDuration, formatRate } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { Failure } from '../../parts/states.js';
import type { TimeRange } from '../../time-range.js';
import { words } from '../../words.js';
import { OutcomeEvents } from './outcome-events.js';
import { outcomeOf } from './outcome-model.js';
import { type PreviewResult, problemsOf } from './studio-api.js';
import { Timeline } from './timeline.js';
import type { DraftOutcome } from './use-outcome.js';

/** Days that can be looked through. */
const DAYS = [1, 3, 7] as const;

/** What the draft would have done in the last days. What it did before the newest change stays, dimmed, until that is known. */
export function OutcomePanel({ outcome }: { outcome: DraftOutcome }) {
  const text = words.studio.outcome;
  const { preview, span, days, setDays, refresh } = outcome;
  const { value, error, isPending, tookMs } = preview;
  const hasWords = outcome.tried !== null;
  return (
    <section class="card outcome" aria-label={text.title} aria-busy={isPending}>
      <div class="caption">
        <h2>{text.title}</h2>
        <span class="took" role="status">
          {isPending ? text.pending : tookMs !== null && hasWords && text.took((tookMs / 1_000).toFixed(2))}
        </span>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for what is filled in */}
        <span class="segments" role="group" aria-label={text.range}>
          {DAYS.map((count) => (
            <button key={count} type="button" aria-pressed={count === days} onClick={() => setDays(count)}>
              {text.days(count)}
            </button>
          ))}
          <button type="button" onClick={refresh} aria-label={text.refresh} title={text.refresh}>
            <Icon of={RefreshCw} />
          </button>
        </span>
      </div>
      {hasWords ? <State preview={preview} retry={refresh} /> : <p class="quiet">{text.noWords}</p>}
      {value && hasWords && <Found answer={value} span={span} isOld={isPending || error !== null} />}
    </section>
  );
}

/** Why there is no outcome, or no newer one. */
function State({
  preview: { value, error },
  retry,
}: {
  preview: DraftOutcome['preview'];
  retry: () => void;
}) {
  const text = words.studio.outcome;
  if (error === null) return value === null ? <p class="quiet">{text.pending}</p> : null;
  if (problemsOf(error).length > 0) return <p class="quiet bad">{text.invalid}</p>;
  if (error.code === 'vectors-missing') return <p class="quiet">{text.nothingRemembered}</p>;
  return <Failure error={error} retry={retry} />;
}

function Found({ answer, span, isOld }: { answer: PreviewResult; span: TimeRange; isOld: boolean }) {
  const text = words.studio.outcome;
  const outcome = useMemo(() => outcomeOf(answer), [answer]);
  const [pointed, setPointed] = useState<string | null>(null);
  const { counts, expected, coveredMs } = outcome;
  const { true: right, false: wrong } = outcome.reviewed;
  return (
    <div class={`found ${isOld ? 'old' : ''}`}>
      <dl class="figures">
        <Figure name={text.raised} value={String(counts.gained + counts.kept)}>
          {text.change2(counts.gained, counts.lost)}
        </Figure>
        <Figure name={text.expected} value={expected === null ? '–' : formatRate(expected)}>
          {expected === null ? text.notKnown : text.perDayWorst}
        </Figure>
        <Figure name={text.recall} value={right.of === 0 ? '–' : text.nOfM(right.raised, right.of)}>
          {right.of === 0 ? text.noReviews : text.recallHint}
        </Figure>
        <Figure name={text.falseOnes} value={wrong.of === 0 ? '–' : text.nOfM(wrong.raised, wrong.of)}>
          {wrong.of === 0 ? text.noReviews : text.falseHint}
        </Figure>
      </dl>
      <Timeline cameras={outcome.cameras} span={span} pointed={pointed} onPoint={setPointed} />
      <p class="note">
        {text.covered(formatDuration(coveredMs))}{' '}
        {answer.otherModel > 0 && text.otherModel(answer.otherModel)}
      </p>
      <OutcomeEvents outcome={outcome} pointed={pointed} />
    </div>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{children}</span>
      </dd>
    </div>
  );
}
