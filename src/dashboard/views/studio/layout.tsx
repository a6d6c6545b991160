import { Field } from '../../parts/field.js';
import { words } from '../../words.js';
import type { RuleDraft } from './draft.js';
import type { Editing } from './editing.js';
import { NumberField } from './number-field.js';

type Layout = NonNullable<NonNullable<RuleDraft['tiles']>['layout']>;
const FIRST_GRID = '4x3';

/** How closely a rule looks: into which tiles the picture is cut. */
export function LayoutFields({ draft, change, problemOf }: Editing) {
  const text = words.studio.layout;
  const layout: Layout = draft.tiles?.layout ?? 'auto';
  const own = typeof layout === 'object' ? layout : null;
  const kind = typeof layout === 'string' ? layout : layout.grid === undefined ? 'boxes' : 'grid';
  const set = (next: Layout | undefined) => {
    const { layout: _, ...rest } = draft.tiles ?? {};
    const tiles = next === undefined ? rest : { ...rest, layout: next };
    change({ tiles: Object.keys(tiles).length > 0 ? tiles : undefined });
  };
  const choose = (name: string) => {
    if (name === 'auto') set(undefined);
    if (name === 'full') set('full');
    if (name === 'grid') set({ grid: FIRST_GRID });
  };
  return (
    <div class="fields">
      <Field label={text.label} problem={problemOf('tiles.layout')}>
        {(ids) => (
          <select {...ids} value={kind} onChange={({ currentTarget }) => choose(currentTarget.value)}>
            <option value="auto">{text.auto}</option>
            <option value="full">{text.full}</option>
            <option value="grid">{text.grid}</option>
            {kind === 'boxes' && <option value="boxes">{text.boxes(own?.boxes?.length ?? 0)}</option>}
          </select>
        )}
      </Field>
      {kind === 'grid' && (
        <>
          <Field label={text.gridSize}>
            {(ids) => (
              <input
                {...ids}
                value={own?.grid ?? ''}
                placeholder={FIRST_GRID}
                autocomplete="off"
                onInput={({ currentTarget }) => set({ ...own, grid: currentTarget.value.trim() })}
              />
            )}
          </Field>
          <NumberField
            label={text.overlap}
            value={own?.overlap}
            byDefault={0}
            {...{ min: 0, max: 0.8, step: 0.1 }}
            onChange={(overlap) =>
              set(overlap === undefined ? { grid: own?.grid ?? FIRST_GRID } : { ...own, overlap })
            }
          />
        </>
      )}
    </div>
  );
}
