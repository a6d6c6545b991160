import type { SystemInfo } from '../../../server/api/system-routes.js';
import type { CameraInfo } from '../../../server/messages.js';
import { cameras } from '../../data/state.js';
import { formatPercent } from '../../format.js';
import { cameraStateOf } from '../../parts/camera-state.js';
import { Columns } from '../../parts/columns.js';
import { Pill } from '../../parts/pill.js';
import { Scroll } from '../../parts/scroll.js';
import { href } from '../../router.js';
import { words } from '../../words.js';
import { Sparkline } from './sparkline.js';
import { formatDelay } from './units.js';

type Rates = SystemInfo['cameras'][number];

/** Rates and delays of every camera. */
export function CameraTable({ info, past }: { info: SystemInfo; past: readonly SystemInfo[] }) {
  const { camera, state, fps, latency, unchanged, embedded, dropped } = words.system;
  return (
    <Scroll label={words.system.cameras}>
      <table class="rates">
        <Columns names={[camera, state, fps, latency, embedded, unchanged, dropped]} />
        <tbody>
          {info.cameras.map((rates) => (
            <Row key={rates.cameraId} rates={rates} past={pastOf(rates, past)} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function pastOf({ cameraId }: Rates, past: readonly SystemInfo[]): (Rates | undefined)[] {
  return past.map(({ cameras: all }) => all.find((other) => other.cameraId === cameraId));
}

function Row({ rates, past }: { rates: Rates; past: readonly (Rates | undefined)[] }) {
  const { cameraId, scoredFps, receivedFps, latencyMs, embeddedPerS, unchangedPart } = rates;
  const { frames, framesDropped } = rates;
  const camera = cameras.value.find(({ id }) => id === cameraId);
  const all = frames + framesDropped;
  return (
    <tr>
      <th scope="row">
        <a href={href('camera', [cameraId])}>{camera?.name ?? cameraId}</a>
      </th>
      <td>{camera && <State status={camera.status} />}</td>
      <td>
        <span class="figure">{words.system.scored(scoredFps.toFixed(1), receivedFps.toFixed(1))}</span>
        <Sparkline values={past.map((before) => before?.scoredFps ?? null)} least={0} />
      </td>
      <td>
        <span class="figure long">
          {latencyMs === null
            ? words.system.none
            : words.system.latencyIs(formatDelay(latencyMs.p50), formatDelay(latencyMs.p95))}
        </span>
        <Sparkline values={past.map((before) => before?.latencyMs?.p95 ?? null)} least={0} />
      </td>
      <td class="figure">{words.system.perSecond(embeddedPerS.toFixed(1))}</td>
      <td class="figure">{unchangedPart === null ? words.system.none : formatPercent(unchangedPart)}</td>
      <td class={`figure ${framesDropped > all / 10 ? 'bad' : ''}`}>
        {framesDropped === 0
          ? '0'
          : words.system.droppedOf(framesDropped.toLocaleString(), formatPercent(framesDropped / all))}
      </td>
    </tr>
  );
}

function State({ status }: Pick<CameraInfo, 'status'>) {
  const state = cameraStateOf(status);
  return <Pill kind={state} text={words.cameraState[state]} />;
}
