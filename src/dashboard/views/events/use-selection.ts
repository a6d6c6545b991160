import { useState } from 'preact/hooks';

/** Which of some moments are selected. */
export interface Selection {
  ids: ReadonlySet<string>;
  toggle: (id: string) => void;
  /** These and no others. */
  set: (ids: Iterable<string>) => void;
}

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return {
    ids,
    set: (chosen) => setIds(new Set(chosen)),
    toggle: (id) =>
      setIds((before) => {
        const after = new Set(before);
        if (!after.delete(id)) after.add(id);
        return after;
      }),
  };
}
