import { ArrowLeft, TriangleAlert } from 'lucide';
import { useState } from 'preact/hooks';
import type { CalibrationSummaries, CalibrationSummaryInfo } from '../../../server/api/calibration-routes.js';
import type { CalibrationInfo, FeasibilityInfo } from '../../../server/messages.js';
import { useResource } from '../../data/resource.js';
import { cameraName, ruleName, rules } from '../../data/state.js';
import { formatRate, formatScore } from '../../format.js';
import { Fact } from '../../parts/fact.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { href, withQuery } from '../../router.js';
import { words } from '../../words.js';
import { Drift } from './drift.js';
import { footage } from './pairs.js';
import { Peaks } from './peaks.js';

/** One rule on one camera: its threshold, how it came to be, and the peaks that it rests on. */
export function PairView({ cameraId, ruleId }: { cameraId: string; ruleId: string }) {
  const asked = { camera: cameraId, rule: ruleId };
  const report = useResource<{ calibrations: CalibrationInfo[] }>(withQuery('/api/calibrations', asked));
  const thin = useResource<CalibrationSummaries>(withQuery('/api/calibrations/summary', asked));
  const [calibration] = report.value?.calibrations ?? [];
  const [summary] = thin.value?.calibrations ?? [];
  const again = () => {
    report.reload();
    thin.reload();
  };
  const back = (
    <a class="button" href={href('health')}>
      <Icon of={ArrowLeft} />
      {words.calibration.back}
    </a>
  );
  return (
    <Page
      title={words.calibration.pairTitle(ruleName(ruleId), cameraName(cameraId))}
      actions={back}
      className="health pair"
    >
      {report.error && <Failure error={report.error} retry={again} />}
      {!report.value && !report.error && <Loading />}
      <div class="pair-parts">
        {report.value && !calibration && <NotCalibrated ruleId={ruleId} />}
        {calibration && <Standing calibration={calibration} summary={summary ?? null} />}
        <Feasibility cameraId={cameraId} ruleId={ruleId} />
      </div>
      {calibration && <Peaks calibration={calibration} onReviewed={again} />}
    </Page>
  );
}

function NotCalibrated({ ruleId }: { ruleId: string }) {
  const fixed = rules.value.find(({ id }) => id === ruleId)?.threshold ?? null;
  return (
    <section class="card">
      {fixed === null ? (
        <Empty>{words.calibration.unknownPair}</Empty>
      ) : (
        <dl class="facts">
          <Fact name={words.calibration.facts.state}>
            <span class="cal-state fixed">{words.calibration.state.fixed}</span>{' '}
            {words.calibration.stateMeans.fixed}
          </Fact>
          <Fact name={words.calibration.facts.threshold}>{formatScore(fixed)}</Fact>
        </dl>
      )}
    </section>
  );
}

function Standing({
  calibration,
  summary,
}: {
  calibration: CalibrationInfo;
  summary: CalibrationSummaryInfo | null;
}) {
  const { state, threshold, budgetPerDay, expected, observedHours, clusters, contamination } = calibration;
  return (
    <section class="card" aria-label={words.calibration.facts.threshold}>
      <dl class="facts">
        <Fact name={words.calibration.facts.state}>
          <span class={`cal-state ${state}`}>{words.calibration.state[state]}</span>{' '}
          {words.calibration.stateMeans[state]}
        </Fact>
        <Fact name={words.calibration.facts.threshold}>{formatScore(threshold)}</Fact>
        <Fact name={words.calibration.facts.budget}>{words.calibration.aDay(formatRate(budgetPerDay))}</Fact>
        <Fact name={words.calibration.facts.expected}>
          {expected
            ? words.calibration.expectedIs(
                formatRate(expected.value),
                formatRate(expected.low),
                formatRate(expected.high),
              )
            : words.calibration.expectedUnknown}
        </Fact>
        <Fact name={words.calibration.facts.hours}>{footage(observedHours)}</Fact>
        <Fact name={words.calibration.facts.peaks}>{clusters}</Fact>
      </dl>
      {contamination.flagged && (
        <p class="contaminated">
          <Icon of={TriangleAlert} />
          {words.calibration.contaminated(contamination.suspicious)}
        </p>
      )}
      {summary && <Drift history={summary.history} />}
    </section>
  );
}

function Feasibility({ cameraId, ruleId }: { cameraId: string; ruleId: string }) {
  const path = withQuery('/api/feasibility', { camera: cameraId, rule: ruleId });
  const { value, error, reload } = useResource<FeasibilityInfo>(path);
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? value?.proposals : value?.proposals.slice(0, 4);
  return (
    <section class="card feasibility" aria-labelledby="feasibility">
      <div class="caption">
        <h2 id="feasibility">{words.calibration.feasibility}</h2>
        {value && (
          <span class={`verdict-of ${value.verdict.replace(' ', '-')}`}>
            {words.calibration.verdict[value.verdict]}
          </span>
        )}
      </div>
      {error && <Failure error={error} retry={reload} />}
      {!value && !error && <Loading />}
      {value && (
        <>
          <ul class="reasons">
            {value.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
            {shown?.map(({ text }) => (
              <li key={text} class="proposal">
                {text}
              </li>
            ))}
          </ul>
          {shown && shown.length < value.proposals.length && (
            <button type="button" class="plain more" onClick={() => setIsWhole(true)}>
              +{value.proposals.length - shown.length}
            </button>
          )}
          <p class="quiet">
            {words.calibration.samples(value.samples, value.sightings)}{' '}
            <a href={href('studio', [ruleId], { camera: cameraId })}>{words.calibration.openStudio}</a>
          </p>
        </>
      )}
    </section>
  );
}
