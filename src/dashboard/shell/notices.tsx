import { connection, heardAtMs, model, nowMs, problems, ruleProblems } from '../data/state.js';
import { formatDuration } from '../format.js';
import { words } from '../words.js';

/** What everybody who looks at the page must know before trusting it. */
export function Notices() {
  // A camera that is down says so on its own card.
  const others = problems.value.filter(({ part }) => !part.startsWith('camera '));
  return (
    <section class="notices" aria-label={words.notices}>
      {connection.value === 'lost' && <Lost />}
      {model.value?.demonstration && <p class="notice">{model.value.notice ?? words.demonstrationNotice}</p>}
      {ruleProblems.value.length > 0 && (
        <div class="notice bad" role="alert">
          <strong>{words.rulesBroken}</strong>
          <ul>
            {ruleProblems.value.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
      {others.length > 0 && (
        <p class="notice bad" role="alert">
          <strong>{words.problems}</strong>{' '}
          {others.map(({ part, reason }) => `${part}: ${reason}`).join(' · ')}
        </p>
      )}
    </section>
  );
}

function Lost() {
  return (
    <p class="notice bad" role="alert">
      <strong>{words.lost}</strong> {words.lostSince(formatDuration(nowMs.value - heardAtMs.value))}
    </p>
  );
}
