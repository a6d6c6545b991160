import { ChevronLeft, ChevronRight } from 'lucide';
import { cameras, connection } from '../../data/state.js';
import { Icon } from '../../parts/icon.js';
import { Page } from '../../parts/page.js';
import { Empty, Loading } from '../../parts/states.js';
import { go, href, type ViewProps } from '../../router.js';
import { words } from '../../words.js';
import { CameraPanels } from './camera-panels.js';
import './camera.css';

/** One camera: its picture, what its rules find in it, and what they found. */
export function CameraView({ path, query }: ViewProps) {
  const camera = cameras.value.find(({ id }) => id === path[0]);
  if (!camera) {
    if (connection.value === 'connecting') return <Page title={words.views.camera}>{<Loading />}</Page>;
    return (
      <Page title={words.views.camera}>
        <Empty>
          <p>{path[0] === undefined ? words.camera.choose : words.camera.unknown(path[0])}</p>
          <ul class="camera-choice">
            {cameras.value.map(({ id, name }) => (
              <li key={id}>
                <a class="button" href={href('camera', [id])}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </Empty>
      </Page>
    );
  }
  return (
    <Page title={camera.name} className="camera" actions={<Neighbours id={camera.id} query={query} />}>
      <CameraPanels key={camera.id} camera={camera} query={query} />
    </Page>
  );
}

/** Goes from camera to camera, with the same stretch of time and rule. */
function Neighbours({ id, query }: { id: string; query: URLSearchParams }) {
  const all = cameras.value;
  if (all.length < 2) return null;
  const at = all.findIndex((camera) => camera.id === id);
  const to = (camera: { id: string } | undefined) =>
    href('camera', [(camera ?? all[0]!).id], Object.fromEntries(query));
  return (
    <>
      <a class="button" href={to(all.at(at - 1))} aria-label={words.camera.previous}>
        <Icon of={ChevronLeft} />
      </a>
      <select
        aria-label={words.camera.choose}
        value={id}
        onChange={({ currentTarget }) => go(to({ id: currentTarget.value }))}
      >
        {all.map((camera) => (
          <option key={camera.id} value={camera.id}>
            {camera.name}
          </option>
        ))}
      </select>
      <a class="button" href={to(all[at + 1])} aria-label={words.camera.next}>
        <Icon of={ChevronRight} />
      </a>
    </>
  );
}
