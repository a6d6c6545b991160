import { X } from 'lucide';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';
import { phrasesOf } from './draft.js';

/** What stands in the field of a list of phrases, and where in the list it is to go. */
export interface Typed {
  text: string;
  /** null: behind the last. */
  at: number | null;
}

export const NOTHING_TYPED: Typed = { text: '', at: null };

/** A list with what is being typed in its place, as the outcome is to have it. */
export function withTyped(phrases: readonly string[], { text, at }: Typed): string[] {
  const typed = phrasesOf(text).filter((phrase) => !phrases.includes(phrase));
  return phrases.toSpliced(at ?? phrases.length, 0, ...typed);
}

interface PhrasesProps {
  label: string;
  hint: string;
  problem: string | undefined;
  phrases: readonly string[];
  most: number;
  typed: Typed;
  kind: 'when' | 'not';
  /** Phrases with words that the model does not know. */
  doubtful: ReadonlySet<string>;
  onChange: (phrases: string[]) => void;
  onType: (typed: Typed) => void;
  isFirst?: boolean;
}

/**
 * Phrases as chips: Enter adds one, Backspace takes the last back, a click takes any back into the field. What is left in
 * the field counts as well, and stays there: a new chip would move what somebody is just clicking at.
 */
export function Phrases(props: PhrasesProps) {
  const { label, hint, problem, phrases, most, typed, kind, onChange, onType, isFirst = false } = props;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // After whoever puts the focus on a new view.
    if (isFirst) requestAnimationFrame(() => field.current?.focus());
  }, [isFirst]);
  const add = (text: string) => {
    onChange(withTyped(phrases, { text, at: typed.at }));
    onType(NOTHING_TYPED);
  };
  const takeBack = (index: number) => {
    // What stood in the field is not lost by it.
    const settled = withTyped(phrases, typed);
    const shifted = typed.at !== null && typed.at <= index ? index + settled.length - phrases.length : index;
    onChange(settled.toSpliced(shifted, 1));
    onType({ text: settled[shifted]!, at: shifted });
    field.current!.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      add(typed.text);
    } else if (event.key === 'Backspace' && typed.text === '' && phrases.length > 0) {
      event.preventDefault();
      takeBack((typed.at || phrases.length) - 1);
    }
  };
  const paste = (event: ClipboardEvent) => {
    const pasted = phrasesOf(event.clipboardData?.getData('text') ?? '');
    if (pasted.length < 2) return;
    event.preventDefault();
    add([typed.text, ...pasted].join('\n'));
  };
  const remove = (index: number) => {
    onChange(phrases.filter((_, i) => i !== index));
    field.current!.focus();
  };
  return (
    <div class={`field phrases ${kind} ${problem ? 'wrong' : ''}`}>
      <label for={id}>{label}</label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a click beside the field is one into it */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field itself is reached by keyboard */}
      <div
        class="phrase-box"
        onClick={({ target, currentTarget }) => target === currentTarget && field.current!.focus()}
      >
        <Chips {...props} takeBack={takeBack} remove={remove} />
        <input
          ref={field}
          id={id}
          value={typed.text}
          maxLength={4_000}
          placeholder={phrases.length === 0 ? words.studio.example[kind] : words.studio.another}
          autocomplete="off"
          aria-describedby={`${id}-note`}
          aria-invalid={problem ? 'true' : undefined}
          disabled={phrases.length >= most}
          onInput={({ currentTarget }) => onType({ ...typed, text: currentTarget.value })}
          onKeyDown={press}
          onPaste={paste}
        />
      </div>
      <p id={`${id}-note`} class="note">
        {problem ?? hint}
      </p>
    </div>
  );
}

function Chips({
  label,
  phrases,
  doubtful,
  takeBack,
  remove,
}: PhrasesProps & { takeBack: (index: number) => void; remove: (index: number) => void }) {
  if (phrases.length === 0) return null;
  return (
    <ul aria-label={label}>
      {phrases.map((phrase, index) => (
        <li key={`${index} ${phrase}`} class={`chip ${doubtful.has(phrase) ? 'doubtful' : ''}`}>
          <button
            type="button"
            class="plain phrase"
            title={words.studio.editPhrase}
            aria-label={words.studio.edit(phrase)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => takeBack(index)}
          >
            {phrase}
          </button>
          <button
            type="button"
            class="plain"
            aria-label={words.remove(phrase)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => remove(index)}
          >
            <Icon of={X} />
          </button>
        </li>
      ))}
    </ul>
  );
}
