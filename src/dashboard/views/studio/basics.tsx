import { cameraName, cameras } from '../../data/state.js';
import { Field } from '../../parts/field.js';
import { words } from '../../words.js';
import { DEFAULTS, idFor, isId, wordsOf } from './draft.js';
import type { Editing } from './editing.js';

const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** Name, id, severity and cameras of a rule. */
export function Basics({ draft, change, problemOf, isIdOwn, onOwnId }: Editing & IdProps) {
  const text = words.studio;
  const idProblem = draft.id !== '' && !isId(draft.id) ? text.badId : problemOf('id');
  const rename = (name: string) => {
    const id = isIdOwn ? {} : { id: idFor(name.trim() || (wordsOf(draft)[0] ?? '')) };
    change({ name: name === '' ? undefined : name, ...id });
  };
  return (
    <div class="fields">
      <Field label={text.name} problem={problemOf('name')}>
        {(ids) => (
          <input
            {...ids}
            value={draft.name ?? ''}
            placeholder={draft.id}
            maxLength={100}
            autocomplete="off"
            onInput={({ currentTarget }) => rename(currentTarget.value)}
          />
        )}
      </Field>
      <Field label={text.id} problem={idProblem}>
        {(ids) => (
          <input
            {...ids}
            class="code"
            value={draft.id}
            maxLength={64}
            autocomplete="off"
            spellcheck={false}
            onInput={({ currentTarget }) => {
              onOwnId(currentTarget.value !== '');
              change({ id: currentTarget.value });
            }}
          />
        )}
      </Field>
      <Severities draft={draft} change={change} problemOf={problemOf} />
      <Cameras draft={draft} change={change} problemOf={problemOf} />
    </div>
  );
}

interface IdProps {
  /** Whether somebody chose the id; else it follows the name. */
  isIdOwn: boolean;
  onOwnId: (isOwn: boolean) => void;
}

function Severities({ draft, change }: Editing) {
  const chosen = draft.severity ?? DEFAULTS.severity;
  return (
    <fieldset class="choice">
      <legend>{words.studio.severity}</legend>
      {SEVERITIES.map((severity) => (
        <label key={severity} class={severity}>
          <input
            type="radio"
            name="severity"
            checked={severity === chosen}
            onChange={() => change({ severity })}
          />
          {words.severity[severity]}
        </label>
      ))}
    </fieldset>
  );
}

/** All cameras, or those that are chosen. */
function Cameras({ draft, change, problemOf }: Editing) {
  const text = words.studio;
  const chosen = draft.cameras ?? null;
  const known = cameras.value.map(({ id }) => id);
  const gone = chosen?.filter((id) => !known.includes(id)) ?? [];
  const toggle = (id: string) => {
    const next = chosen?.includes(id) ? chosen.filter((other) => other !== id) : [...(chosen ?? []), id];
    change({ cameras: next.length > 0 ? next : undefined });
  };
  const problem = problemOf('cameras');
  return (
    <fieldset class="choice" aria-describedby={problem ? 'studio-cameras-note' : undefined}>
      <legend>{text.cameras}</legend>
      <label>
        <input
          type="checkbox"
          checked={chosen === null}
          onChange={() => change({ cameras: chosen === null ? known.slice(0, 1) : undefined })}
        />
        {text.allCameras}
      </label>
      {[...known, ...gone].map((id) => (
        <label key={id} class={gone.includes(id) ? 'gone' : ''}>
          <input type="checkbox" checked={chosen?.includes(id) ?? false} onChange={() => toggle(id)} />
          {cameraName(id)}
        </label>
      ))}
      {problem && (
        <p id="studio-cameras-note" class="note bad">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
