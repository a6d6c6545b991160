import { TriangleAlert } from 'lucide';
import type { CameraInfo, RuleInfo } from '../../../server/messages.js';
import { cameras, rules, watches } from '../../data/state.js';
import { usePolled } from '../../data/use-polled.js';
import { formatRate, formatScore } from '../../format.js';
import { Icon } from '../../parts/icon.js';
import { CameraSelect, RuleSelect } from '../../parts/selects.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { href, replaceQuery } from '../../router.js';
import { words } from '../../words.js';
import { footage, isDoubtful, loadSummaries, type Pair, pairKey, stateOf, toldOf } from './pairs.js';
import { DRIFT_SPAN, Sparkline } from './sparkline.js';

/** Thresholds move slowly. */
const PERIOD_MS = 30_000;
const STATES = ['certified', 'extrapolated', 'warming_up', 'fixed'] as const;

/** Every rule on every camera: how far its threshold has got. */
export function Matrix({ query }: { query: URLSearchParams }) {
  const { value: summaries, error, again } = usePolled(loadSummaries, { periodMs: PERIOD_MS });
  const [camera, rule, doubtful] = [query.get('camera'), query.get('rule'), query.get('doubtful') !== null];
  const change = (changes: Record<string, string | null>) =>
    replaceQuery({ camera, rule, doubtful: doubtful ? '1' : null, ...changes });
  if (!summaries) return error ? <Failure error={error} retry={again} /> : <Loading />;
  const shownCameras = cameras.value.filter(({ id }) => camera === null || id === camera);
  const rows = rules.value
    .filter(({ id }) => rule === null || id === rule)
    .map(
      (shown): Row => ({
        rule: shown,
        pairs: shownCameras.map((camera) =>
          watches(shown, camera.id)
            ? { camera, rule: shown, summary: summaries.get(pairKey(camera.id, shown.id)) ?? null }
            : null,
        ),
      }),
    );
  const all = rows.flatMap(({ pairs }) => pairs.flatMap((pair) => pair ?? []));
  const shownRows = doubtful
    ? rows.filter(({ pairs }) => pairs.some((pair) => pair && isDoubtful(pair)))
    : rows;
  return (
    <>
      {error && <Failure error={error} retry={again} />}
      <div class="matrix-tools">
        <Counts pairs={all} />
        <span class="spacer" />
        <CameraSelect label={words.search.camera} value={camera} onChange={(id) => change({ camera: id })} />
        <RuleSelect label={words.calibration.rule} value={rule} onChange={(id) => change({ rule: id })} />
        <label class="check">
          <input
            type="checkbox"
            checked={doubtful}
            onChange={({ currentTarget }) => change({ doubtful: currentTarget.checked ? '1' : null })}
          />
          {words.calibration.onlyDoubtful}
        </label>
      </div>
      {all.length === 0 ? (
        <Empty>{words.calibration.none}</Empty>
      ) : shownRows.length === 0 ? (
        <Empty>{words.calibration.noneDoubtful}</Empty>
      ) : (
        <Table rows={shownRows} cameras={shownCameras} />
      )}
      <Legend />
    </>
  );
}

interface Row {
  rule: RuleInfo;
  /** One a camera; null: the rule does not watch it. */
  pairs: (Pair | null)[];
}

function Table({ rows, cameras: shown }: { rows: readonly Row[]; cameras: readonly CameraInfo[] }) {
  return (
    <div class="card scroll matrix">
      <table aria-label={words.calibration.matrix}>
        <thead>
          <tr>
            <th scope="col">{words.calibration.rule}</th>
            {shown.map(({ id, name }) => (
              <th key={id} scope="col">
                <a href={href('camera', [id])}>{name}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ rule, pairs }) => (
            <tr key={rule.id}>
              <th scope="row" title={words.ruleWords(rule.when, rule.not)}>
                {rule.name}
              </th>
              {pairs.map((pair, i) => (
                <td key={shown[i]!.id}>{pair && <Cell pair={pair} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Counts({ pairs }: { pairs: readonly Pair[] }) {
  const doubtful = pairs.filter(isDoubtful).length;
  return (
    <p class="counts" role="status">
      {STATES.map((state) => {
        const count = pairs.filter((pair) => stateOf(pair) === state).length;
        return (
          count > 0 && (
            <span key={state} class={`cal-state ${state}`}>
              {words.calibration.counts(count, words.calibration.state[state])}
            </span>
          )
        );
      })}
      {doubtful > 0 && (
        <span class="doubt">
          <Icon of={TriangleAlert} />
          {words.calibration.doubtfulCount(doubtful)}
        </span>
      )}
    </p>
  );
}

/** A link whose words for screen readers are around those that are seen. */
function Cell({ pair }: { pair: Pair }) {
  const { camera, rule, summary } = pair;
  const state = stateOf(pair);
  const threshold = summary?.threshold ?? rule.threshold;
  return (
    <a class="cell" href={href('health', ['pair', camera.id, rule.id])} title={toldOf(pair)}>
      <span class={`cal-state ${state ?? ''}`}>
        <span class="for-readers">
          {words.calibration.cellName(
            rule.name,
            camera.name,
            state === null ? words.calibration.notCalibrated : words.calibration.state[state],
          )}{' '}
        </span>
        {formatScore(threshold)}
      </span>{' '}
      <span class="cell-rate">
        {summary?.expected ? words.calibration.perDay(formatRate(summary.expected.value)) : ''}
      </span>{' '}
      <Sparkline values={summary?.history.map(([, value]) => value) ?? []} leastSpan={DRIFT_SPAN} />
      <span class="cell-hours">{summary ? footage(summary.observedHours) : ''}</span>{' '}
      {isDoubtful(pair) && (
        <span class="doubt">
          <Icon of={TriangleAlert} />
          <span class="for-readers">{words.calibration.suspicious(summary!.contamination.suspicious)}</span>
        </span>
      )}
    </a>
  );
}

function Legend() {
  return (
    <dl class="legend">
      {STATES.map((state) => (
        <div key={state}>
          <dt>
            <span class={`cal-state ${state}`}>{words.calibration.state[state]}</span>
          </dt>
          <dd>{words.calibration.stateMeans[state]}</dd>
        </div>
      ))}
    </dl>
  );
}
