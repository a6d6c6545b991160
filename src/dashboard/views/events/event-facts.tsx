import type { EventDetail } from '../../../server/api/past-schemas.js';
import { cameraName, timeZone } from '../../data/state.js';
import { formatPercent, formatRate, formatScore, formatTimeThere } from '../../format.js';
import { Fact } from '../../parts/fact.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { EventTimes } from '../live/event-list.js';

const text = words.history;

/** What is known of an event, in words and numbers. */
export function EventFacts({ detail: { event, topics, budgetPerDay } }: { detail: EventDetail }) {
  const { cameraId, severity, peakScore, threshold, thresholdState, probability, startedAtMs, id } = event;
  const { expectedFalseAlarmsPerDay: expected } = event;
  const there = formatTimeThere(startedAtMs, timeZone.value);
  return (
    <section class="card">
      <dl class="facts">
        <Fact name={text.facts.camera}>
          <a href={href('camera', [cameraId])}>{cameraName(cameraId)}</a>
        </Fact>
        <Fact name={text.facts.time}>
          <EventTimes event={event} />
        </Fact>
        {there && <Fact name={text.facts.cameraTime}>{there}</Fact>}
        <Fact name={text.facts.severity}>
          <span class={`severity ${severity}`}>{words.severity[severity]}</span>
        </Fact>
        <Fact name={text.facts.score}>{formatScore(peakScore)}</Fact>
        <Fact name={text.facts.threshold}>
          {words.thresholdIs(formatScore(threshold), words.thresholdState[thresholdState])}
        </Fact>
        {expected !== null && (
          <Fact name={text.facts.falseAlarms}>{words.expected(formatRate(expected))}</Fact>
        )}
        {budgetPerDay !== null && (
          <Fact name={text.facts.budget}>{text.budget(formatRate(budgetPerDay))}</Fact>
        )}
        {probability !== undefined && <Fact name={text.facts.probability}>{formatPercent(probability)}</Fact>}
        <Fact name={text.facts.mqtt}>
          {topics ? (
            <ul class="topics">
              {[...new Set(Object.values(topics))].map((topic) => (
                <li key={topic}>
                  <code>{topic}</code>
                </li>
              ))}
            </ul>
          ) : (
            text.facts.noMqtt
          )}
        </Fact>
        <Fact name={text.facts.id}>
          <span class="soft">{id}</span>
        </Fact>
      </dl>
    </section>
  );
}
