import {
  Activity,
  Bell,
  type IconNode,
  LayoutGrid,
  Moon,
  Search,
  SlidersHorizontal,
  Sun,
  SunMoon,
  Target,
} from 'lucide';
import { isSeeing } from '../../shared/camera-health.js';
import { set, settings } from '../data/settings.js';
import { cameras, connection, model, openEvents } from '../data/state.js';
import { Icon } from '../parts/icon.js';
import { Pill } from '../parts/pill.js';
import { href, route, type ViewName } from '../router.js';
import { words } from '../words.js';

const LABELS = { connecting: words.connecting, live: words.live, lost: words.lost, 'signed-out': '' };

const TABS: [ViewName, IconNode][] = [
  ['live', LayoutGrid],
  ['events', Bell],
  ['near-misses', Target],
  ['studio', SlidersHorizontal],
  ['search', Search],
  ['health', Activity],
];

const THEMES = { auto: 'light', light: 'dark', dark: 'auto' } as const;
const THEME_ICONS = { auto: SunMoon, light: Sun, dark: Moon };

export function TopBar() {
  const online = cameras.value.filter(({ status }) => isSeeing(status)).length;
  const { theme } = settings.value;
  return (
    <header class="top">
      <a class="brand" href={href('live')}>
        <img src="/favicon.svg" alt="" width="20" height="20" />
        <strong>{words.title}</strong>
      </a>
      <nav aria-label={words.viewsName}>
        {TABS.map(([view, icon]) => (
          <Tab key={view} view={view} icon={icon} />
        ))}
      </nav>
      <span class="spacer" />
      <span role="status">
        <Pill kind={connection.value} text={LABELS[connection.value]} />
      </span>
      {cameras.value.length > 0 && (
        <span class="count">{words.camerasOnline(online, cameras.value.length)}</span>
      )}
      {model.value && <span class="model">{words.modelIs(model.value.name)}</span>}
      <button
        type="button"
        class="plain"
        title={words.themeIs[theme]}
        aria-label={words.themeIs[theme]}
        onClick={() => set({ theme: THEMES[theme] })}
      >
        <Icon of={THEME_ICONS[theme]} />
      </button>
    </header>
  );
}

function Tab({ view, icon }: { view: ViewName; icon: IconNode }) {
  const now = route.value.view;
  // A camera is looked at from the wall.
  const isCurrent = now === view || (now === 'camera' && view === 'live');
  const open = view === 'events' ? openEvents.value.length : 0;
  return (
    <a href={href(view)} {...(isCurrent ? { 'aria-current': 'page' as const } : {})}>
      <Icon of={icon} />
      <span>{words.views[view]}</span>
      {open > 0 && (
        <b>
          {open}
          <span class="for-readers"> {words.openEvents}</span>
        </b>
      )}
    </a>
  );
}
