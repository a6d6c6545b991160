import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Page } from '../parts/page.js';
import { Loading } from '../parts/states.js';
import { route, type ViewName, type ViewProps } from '../router.js';
import { LiveView } from '../views/live/index.js';
import { words } from '../words.js';

type View = ComponentType<ViewProps>;

/** All but the first are fetched when they are first looked at. */
const LOADERS: Record<Exclude<ViewName, 'live'>, () => Promise<View>> = {
  camera: () => import('../views/camera/index.js').then(({ CameraView }) => CameraView),
  events: () => import('../views/events/index.js').then(({ EventsView }) => EventsView),
  'near-misses': () => import('../views/near-misses/index.js').then(({ NearMissesView }) => NearMissesView),
  studio: () => import('../views/studio/index.js').then(({ StudioView }) => StudioView),
  search: () => import('../views/search/index.js').then(({ SearchView }) => SearchView),
  health: () => import('../views/health/index.js').then(({ HealthView }) => HealthView),
};
const loaded = new Map<ViewName, View>([['live', LiveView]]);

/** The view that the address names. */
export function ViewHost() {
  const { view, path, query } = route.value;
  const [state, setState] = useState<{ view: ViewName; failed: boolean } | null>(null);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (view === 'live' || loaded.has(view)) return;
    LOADERS[view]().then(
      (found) => {
        loaded.set(view, found);
        setState({ view, failed: false });
      },
      () => setState({ view, failed: true }),
    );
  }, [view]);
  const Shown = loaded.get(view);
  useFocusOnChange(host, Shown ? view : null);
  if (Shown)
    return (
      <div ref={host} class={`host in-${view}`}>
        <Shown key={view} path={path} query={query} />
      </div>
    );
  return (
    <div ref={host} class={`host in-${view}`}>
      <Page title={words.views[view]}>
        {state?.view === view && state.failed ? (
          <div class="failure" role="alert">
            <p>{words.viewFailed}</p>
            <button type="button" onClick={() => location.reload()}>
              {words.reload}
            </button>
          </div>
        ) : (
          <Loading />
        )}
      </Page>
    </div>
  );
}

/**
 * Where a new page would begin at its top, a new view must too, for whoever does not see it change.
 * @param view null: it is not there yet
 */
function useFocusOnChange(host: { current: HTMLDivElement | null }, view: ViewName | null): void {
  const last = useRef<ViewName | null>(null);
  useEffect(() => {
    if (view === null) return;
    if (last.current !== null && last.current !== view) {
      // Focus alone would scroll its beginning under the bar.
      host.current?.querySelector('main')?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    last.current = view;
  }, [host, view]);
}
