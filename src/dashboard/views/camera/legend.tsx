import { Eye, EyeOff } from 'lucide';
import type { CSSProperties } from 'preact';
import { seriesOf } from '../../data/series.js';
import { formatScore } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';
import { type ShownRule, stateAt } from './rule-lines.js';

/** A moment that is pointed at in the plot. */
export interface PointedMoment {
  index: number;
  atMs: number;
  text: string;
}

/** The rules: which lines are shown, which rule is the chosen one, and their scores then or now. */
export function Legend({
  cameraId,
  rules,
  chosenId,
  hidden,
  moment,
  onChoose,
  onToggle,
}: {
  cameraId: string;
  rules: readonly ShownRule[];
  chosenId: string | null;
  hidden: ReadonlySet<string>;
  /** null: now. */
  moment: PointedMoment | null;
  onChoose: (ruleId: string) => void;
  onToggle: (ruleId: string) => void;
}) {
  return (
    <section class="card legend" aria-labelledby="legend-title">
      <div class="caption">
        <h2 id="legend-title">{words.camera.legend}</h2>
        <span class="soft">{moment?.text ?? words.camera.now}</span>
      </div>
      <ul>
        {rules.map((rule) => {
          const isShown = !hidden.has(rule.id);
          const isChosen = rule.id === chosenId;
          return (
            <li key={rule.id} class={isShown || isChosen ? '' : 'off'}>
              <button
                type="button"
                class="plain"
                aria-pressed={isShown}
                aria-label={words.camera.showLine(rule.name)}
                onClick={() => onToggle(rule.id)}
              >
                <Icon of={isShown ? Eye : EyeOff} />
              </button>
              <button
                type="button"
                class="plain name"
                aria-pressed={isChosen}
                title={words.camera.chooseRule(rule.name)}
                onClick={() => onChoose(rule.id)}
              >
                <Swatch {...rule} />
                <span>{rule.name}</span>
              </button>
              {moment === null ? (
                <NewestScore cameraId={cameraId} rule={rule} />
              ) : (
                <ScoreThen rule={rule} index={moment.index} />
              )}
            </li>
          );
        })}
      </ul>
      <ChosenThreshold rule={rules.find(({ id }) => id === chosenId) ?? null} moment={moment} />
    </section>
  );
}

function Swatch({ colour, dash }: ShownRule) {
  return (
    <svg
      class="swatch"
      viewBox="0 0 22 6"
      aria-hidden="true"
      style={{ color: `var(${colour})` } as CSSProperties}
    >
      <path d="M1 3h20" stroke="currentColor" stroke-width="3" stroke-dasharray={dash.join(' ')} />
    </svg>
  );
}

function NewestScore({ cameraId, rule }: { cameraId: string; rule: ShownRule }) {
  const newest = seriesOf({ cameraId, ruleId: rule.id }).newest.value;
  if (rule.isGone) return <span class="soft">{words.camera.gone}</span>;
  return <Numbers score={newest?.score ?? null} threshold={newest?.threshold ?? null} />;
}

function ScoreThen({ rule: { history }, index }: { rule: ShownRule; index: number }) {
  return <Numbers score={history?.scores[index] ?? null} threshold={history?.thresholds[index] ?? null} />;
}

function Numbers({ score, threshold }: { score: number | null; threshold: number | null }) {
  const isHit = score !== null && threshold !== null && score >= threshold;
  return (
    <span
      class={`numbers ${isHit ? 'hit' : ''}`}
      role="img"
      aria-label={words.scoreOf(formatScore(score), formatScore(threshold))}
    >
      <b>{formatScore(score)}</b> / {formatScore(threshold)}
    </span>
  );
}

function ChosenThreshold({ rule, moment }: { rule: ShownRule | null; moment: PointedMoment | null }) {
  if (!rule?.history) return null;
  const { thresholds, thresholdStates } = rule.history;
  const index = moment?.index ?? thresholds.findLastIndex((value) => value !== null);
  const threshold = thresholds[index] ?? null;
  const state = stateAt(thresholdStates, moment?.atMs ?? Number.POSITIVE_INFINITY);
  return (
    <p class="quiet">
      {threshold === null || state === null
        ? words.camera.noThreshold
        : words.camera.threshold(formatScore(threshold), words.thresholdState[state])}
    </p>
  );
}
