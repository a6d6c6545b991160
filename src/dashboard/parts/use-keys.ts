import { useEffect, useRef } from 'preact/hooks';

/** Keys and what they do: `j`, `Enter`, `ArrowDown`, `?`. An action that returns false leaves the key to the browser. */
type Keys = Readonly<Record<string, () => unknown>>;

/** Single keys for as long as a part is shown. They do nothing while somebody types, or with Ctrl, Alt or Meta, or in a dialog. */
export function useKeys(keys: Keys): void {
  const newest = useRef(keys);
  newest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      const target = event.target as Element;
      if (target.closest('input, textarea, select, [contenteditable], dialog, video')) return;
      // On a button or a link, Enter and space are its own.
      if ((event.key === 'Enter' || event.key === ' ') && target.closest('a, button')) return;
      const act = newest.current[event.key];
      if (act && act() !== false) event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
