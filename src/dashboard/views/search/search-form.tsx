import { ImageUp, Search as SearchIcon } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import { cameraName } from '../../data/state.js';
import { Chip } from '../../parts/chip.js';
import { Field } from '../../parts/field.js';
import { Icon } from '../../parts/icon.js';
import { CameraSelect } from '../../parts/selects.js';
import { words } from '../../words.js';
import { type Ask, WHENS, type When } from './ask.js';
import { ACCEPTED, type SoughtPicture } from './picture.js';
import { hitTime } from './times.js';

interface FormProps {
  ask: Ask;
  picture: SoughtPicture | null;
  /** Looks for something else. */
  onAsk: (changes: Partial<Ask>) => void;
  onFile: (file: File) => void;
  onNoPicture: () => void;
}

/** What is looked for, and where and when. */
export function SearchForm({ ask, picture, onAsk, onFile, onNoPicture }: FormProps) {
  const [typed, setTyped] = useState(ask.words);
  useEffect(() => setTyped(ask.words), [ask.words]);
  const submit = (event: Event) => {
    event.preventDefault();
    onAsk({ words: typed.trim() });
  };
  return (
    <search aria-label={words.search.form}>
      <form class="card search-form" onSubmit={submit}>
        <div class="sought">
          <input
            id="search-words"
            type="search"
            maxLength={500}
            aria-label={words.search.words}
            placeholder={words.search.wordsHint}
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <button type="submit" class="first">
            <Icon of={SearchIcon} />
            {words.search.go}
          </button>
          <PictureButton onFile={onFile} />
        </div>
        <Sought {...{ ask, picture, onAsk, onNoPicture }} />
        <div class="narrowed">
          <NotPhrases not={ask.not} onChange={(not) => onAsk({ not })} />
          <CameraSelect
            label={words.search.camera}
            value={ask.camera}
            onChange={(camera) => onAsk({ camera })}
          />
          <Whens ask={ask} onAsk={onAsk} />
        </div>
      </form>
    </search>
  );
}

function PictureButton({ onFile }: Pick<FormProps, 'onFile'>) {
  const input = useRef<HTMLInputElement>(null);
  const choose = () => {
    const file = input.current?.files?.[0];
    if (file) onFile(file);
    // The same file again is another choice.
    input.current!.value = '';
  };
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        <Icon of={ImageUp} />
        {words.search.choosePicture}
      </button>
      <input ref={input} type="file" accept={ACCEPTED} hidden onChange={choose} />
    </>
  );
}

/** The picture or the tile that more is looked for of, and what it must not be taken for. */
function Sought({ ask, picture, onAsk, onNoPicture }: Omit<FormProps, 'onFile'>) {
  const { like, not } = ask;
  if (!picture && !like && not.length === 0) return null;
  const tileOf =
    like && words.search.likeTile(cameraName(like.cameraId), hitTime({ timed: true }, like.atMs));
  return (
    <div class="chips">
      {picture && (
        <Chip kind="pictured" name={words.search.picture(picture.name)} onRemove={onNoPicture}>
          <img src={picture.url} alt="" />
          {words.search.picture(picture.name)}
        </Chip>
      )}
      {tileOf && (
        <Chip name={tileOf} onRemove={() => onAsk({ like: null })}>
          {tileOf}
        </Chip>
      )}
      {not.map((phrase) => (
        <Chip
          key={phrase}
          kind="negative"
          name={words.search.notPhrase(phrase)}
          onRemove={() => onAsk({ not: not.filter((other) => other !== phrase) })}
        >
          {words.search.notPhrase(phrase)}
        </Chip>
      ))}
    </div>
  );
}

/** As many as a search takes. */
const MOST_NOT = 7;

function NotPhrases({ not, onChange }: { not: readonly string[]; onChange: (not: string[]) => void }) {
  const [typed, setTyped] = useState('');
  const phrase = typed.trim();
  const add = () => {
    if (phrase === '') return;
    onChange([...not.filter((other) => other !== phrase), phrase]);
    setTyped('');
  };
  const enter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  return (
    <span class="add-not">
      <input
        type="text"
        maxLength={500}
        aria-label={words.search.not}
        placeholder={`${words.search.not}: ${words.search.notHint}`}
        value={typed}
        disabled={not.length >= MOST_NOT}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={enter}
      />
      <button type="button" onClick={add} disabled={phrase === ''}>
        {words.search.addNot}
      </button>
    </span>
  );
}

function Whens({ ask: { when, from, to }, onAsk }: Pick<FormProps, 'ask' | 'onAsk'>) {
  return (
    <>
      <select
        aria-label={words.search.when}
        value={when}
        onChange={({ currentTarget }) => onAsk({ when: currentTarget.value as When })}
      >
        {WHENS.map((known) => (
          <option key={known} value={known}>
            {words.search.whens[known]}
          </option>
        ))}
      </select>
      {when === 'between' &&
        (['from', 'to'] as const).map((end) => (
          <Field key={end} label={words.search[end]}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={end === 'from' ? from : to}
                onChange={({ currentTarget }) => onAsk({ [end]: currentTarget.value })}
              />
            )}
          </Field>
        ))}
    </>
  );
}
