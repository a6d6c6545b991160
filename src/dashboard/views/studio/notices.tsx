import { words } from '../../words.js';
import { changedKeys, type RuleDraft } from './draft.js';
import type { CurrentRule } from './studio-api.js';

/** Says that the file was changed elsewhere while somebody edited the rule here, and what can be done. */
export function ConflictNotice({
  base,
  current,
  onTop,
  onTheirs,
}: {
  base: RuleDraft | null;
  current: CurrentRule;
  onTop: () => void;
  onTheirs: () => void;
}) {
  const text = words.studio.conflict;
  const { rule } = current;
  const changed = base && rule ? changedKeys(base, rule.draft) : [];
  const isGone = base !== null && rule === null;
  return (
    <div class="card conflict" role="alert">
      <h2>{text.title}</h2>
      <p>{isGone ? text.gone : changed.length > 0 ? text.fields(changed) : text.elsewhere}</p>
      {rule && changed.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <pre class="diff" tabIndex={0}>
          {rule.text}
        </pre>
      )}
      <div class="actions">
        <button type="button" class="first" onClick={onTop}>
          {isGone ? text.asNew : text.onTop}
        </button>
        {rule && (
          <button type="button" onClick={onTheirs}>
            {text.theirs}
          </button>
        )}
      </div>
    </div>
  );
}

/** Problems that belong to no field. */
export function OtherProblems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div class="failure" role="alert">
      <p>{words.studio.wrong}</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}
