import { effect, signal } from '@preact/signals';

/** What a viewer chose: all that the page keeps in the browser. */
interface Settings {
  theme: 'auto' | 'light' | 'dark';
  /** A tone when an event begins. */
  sound: boolean;
  /** The browser's notifications when an event begins. */
  notifications: boolean;
  /** The grid of tiles over the pictures of the live view. */
  grid: boolean;
  /** Scores of the live view as lines over time, or as bars; null: lines where there are few cameras. */
  lines: boolean | null;
}

const KEY = 'wordwatch';
const DEFAULTS: Settings = { theme: 'auto', sound: false, notifications: false, grid: false, lines: null };

export const settings = signal<Settings>(stored());

/** Changes some of them. */
export function set(changes: Partial<Settings>): void {
  settings.value = { ...settings.peek(), ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.peek()));
  } catch {
    // A private window or a full store: they last as long as the page.
  }
}

/** Every colour is a `light-dark(…)`: which one counts is what `color-scheme` says. */
effect(() => {
  const { theme } = settings.value;
  document.documentElement.style.colorScheme = theme === 'auto' ? '' : theme;
});

/** Taken over value by value: an older page, or somebody's console, may have written anything. */
function stored(): Settings {
  let found: Partial<Record<keyof Settings, unknown>> | null = null;
  try {
    found = JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    // no store, or not ours
  }
  const { theme, sound, notifications, grid, lines } = found ?? {};
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : DEFAULTS.theme,
    sound: sound === true,
    notifications: notifications === true,
    grid: grid === true,
    lines: typeof lines === 'boolean' ? lines : DEFAULTS.lines,
  };
}
