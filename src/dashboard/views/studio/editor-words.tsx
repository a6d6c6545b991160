import { words } from '../../words.js';
import { Advice } from './advice.js';
import { idFor, MOST_NOT, MOST_WORDS, notOf, wordsOf } from './draft.js';
import type { Editing } from './editing.js';
import { Phrases, type Typed } from './phrases.js';
import { doubtfulOf } from './proposals.js';
import type { AdviceResult } from './studio-api.js';
import type { Asked } from './use-asked.js';
import type { RuleEditing } from './use-rule.js';

/** What is to be seen and what is not, in words, and what would make them better. */
export function EditorWords({
  editing: { draft, change, problemOf },
  rule,
  advice,
  isIdOwn,
  isNew,
  hint,
  onTyped,
}: {
  editing: Editing;
  rule: RuleEditing;
  advice: Asked<AdviceResult>;
  isIdOwn: boolean;
  isNew: boolean;
  /** What to write; undefined: the usual. */
  hint: string | undefined;
  onTyped: () => void;
}) {
  const text = words.studio;
  const [when, not] = [wordsOf(draft), notOf(draft)];
  const doubtful = doubtfulOf([...when, ...not], advice.value?.unknownWords ?? []);
  const changeWhen = (phrases: string[]) => {
    const id = isIdOwn || draft.name ? {} : { id: idFor(phrases[0] ?? '') };
    change({ when: phrases, ...id });
  };
  const changeNot = (phrases: string[]) => change({ not: phrases.length > 0 ? phrases : undefined });
  const type = (kind: 'when' | 'not') => (typed: Typed) => {
    onTyped();
    rule.type(kind, typed);
  };
  return (
    <section class="card studio-words" aria-label={text.when}>
      <Phrases
        {...{ label: text.when, hint: hint ?? text.whenHint, kind: 'when', most: MOST_WORDS, isFirst: isNew }}
        kind="when"
        problem={problemOf('when')}
        phrases={when}
        typed={rule.typed.when}
        doubtful={doubtful}
        onChange={changeWhen}
        onType={type('when')}
      />
      <Phrases
        {...{ label: text.not, hint: text.notHint, most: MOST_NOT }}
        kind="not"
        problem={problemOf('not')}
        phrases={not}
        typed={rule.typed.not}
        doubtful={doubtful}
        onChange={changeNot}
        onType={type('not')}
      />
      <Advice
        advice={advice.value}
        isPending={advice.isPending}
        onTake={({ kind, phrase }) => {
          if (kind === 'use-wording') changeWhen([...when, phrase]);
          if (kind === 'add-negative') changeNot([...not, phrase]);
          if (kind === 'drop-negative') changeNot(not.filter((known) => known !== phrase));
        }}
      />
    </section>
  );
}
