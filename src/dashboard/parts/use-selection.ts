import { useState } from 'preact/hooks';

/** Which of some things are selected. */
export interface Selection<T> {
  ids: ReadonlySet<T>;
  toggle: (id: T) => void;
  /** These and no others. */
  set: (ids: Iterable<T>) => void;
}

export function useSelection<T extends string>(): Selection<T> {
  const [ids, setIds] = useState<ReadonlySet<T>>(new Set());
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
