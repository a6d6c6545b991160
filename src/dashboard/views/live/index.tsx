import { computed } from '@preact/signals';
import { Bell, BellOff, ChartSpline, Grid3x3, Maximize, Volume2, VolumeOff } from 'lucide';
import type { CSSProperties } from 'preact';
import { set, settings } from '../../data/settings.js';
import { cameras, connection } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { toast } from '../../parts/toasts.js';
import { useKeys } from '../../parts/use-keys.js';
import type { ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { CameraCard } from './camera-card.js';
import { EventList } from './event-list.js';
import './live.css';

/** Up to so many cameras have lines where nobody said otherwise. */
const FEW_CAMERAS = 2;
/** Scores as lines over time; else as bars. */
const hasLines = computed(() => settings.value.lines ?? cameras.value.length <= FEW_CAMERAS);

/** The wall: all cameras, their newest pictures and scores, and events as they come. */
export function LiveView(_props: ViewProps) {
  useKeys({ f: toggleFullScreen, g: toggleGrid, l: toggleLines });
  // Few cameras on a large screen become large; many share it about evenly in both directions.
  const columns = Math.max(3, Math.ceil(Math.sqrt(1.5 * cameras.value.length)));
  return (
    <main class="view live" tabIndex={-1}>
      <h1 class="for-readers">{words.views.live}</h1>
      <section class="cameras" aria-label={words.cameras} style={{ '--columns': columns } as CSSProperties}>
        {cameras.value.map((camera) => (
          <CameraCard key={camera.id} camera={camera} withLines={hasLines.value} />
        ))}
        {connection.value === 'live' && cameras.value.length === 0 && <p class="quiet">{words.noCameras}</p>}
      </section>
      <div class="side">
        <Tools />
        <EventList />
      </div>
    </main>
  );
}

function Tools() {
  const { sound, notifications, grid } = settings.value;
  return (
    <div class="tools" role="toolbar" aria-label={words.wall.tools}>
      <button type="button" aria-pressed={grid} onClick={toggleGrid} title={words.wall.grid}>
        <Icon of={Grid3x3} />
        <span class="for-readers">{words.wall.grid}</span>
      </button>
      <button type="button" aria-pressed={hasLines.value} onClick={toggleLines} title={words.wall.lines}>
        <Icon of={ChartSpline} />
        <span class="for-readers">{words.wall.lines}</span>
      </button>
      <button
        type="button"
        aria-pressed={sound}
        onClick={() => set({ sound: !sound })}
        title={words.wall.sound}
      >
        <Icon of={sound ? Volume2 : VolumeOff} />
        <span class="for-readers">{words.wall.sound}</span>
      </button>
      {'Notification' in window && (
        <button
          type="button"
          aria-pressed={notifications}
          onClick={toggleNotifications}
          title={words.wall.notifications}
        >
          <Icon of={notifications ? Bell : BellOff} />
          <span class="for-readers">{words.wall.notifications}</span>
        </button>
      )}
      <button type="button" onClick={toggleFullScreen} title={words.wall.fullScreen}>
        <Icon of={Maximize} />
        <span class="for-readers">{words.wall.fullScreen}</span>
      </button>
    </div>
  );
}

function toggleLines(): void {
  set({ lines: !hasLines.peek() });
}

function toggleGrid(): void {
  set({ grid: !settings.peek().grid });
}

/** As a wall monitor: without the bars of the page. */
async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen().catch(() => toast(words.wall.noFullScreen));
}

async function toggleNotifications(): Promise<void> {
  if (settings.peek().notifications) {
    set({ notifications: false });
    return;
  }
  const permission = await Notification.requestPermission();
  if (permission === 'granted') set({ notifications: true });
  else toast(words.wall.notificationsForbidden);
}
