import type { SystemInfo } from '../../../server/api/system-routes.js';
import { Columns } from '../../parts/columns.js';
import { words } from '../../words.js';
import { formatBytes, formatSpan } from './units.js';

/** What is kept on disk, how much of it there is and for how long. */
export function StoreTable({ store }: Pick<SystemInfo, 'store'>) {
  const { freeBytes, totalBytes, snapshots, clips, keepMs } = store;
  const filesOf = ({ files, bytes }: typeof snapshots) =>
    words.system.files(files.toLocaleString(), formatBytes(bytes));
  const rows = [
    ['events', formatBytes(store.eventsBytes), keepMs.events],
    ['vectors', formatBytes(store.vectorsBytes), store.remembers ? keepMs.vectors : null],
    ['history', formatBytes(store.historyBytes), keepMs.vectors],
    ['snapshots', filesOf(snapshots), keepMs.snapshots],
    ['clips', filesOf(clips), store.keepsClips ? keepMs.clips : null],
  ] as const;
  const free = words.system.disk(formatBytes(freeBytes), formatBytes(totalBytes));
  return (
    <>
      <div class="disk">
        <meter
          min={0}
          max={totalBytes}
          value={totalBytes - freeBytes}
          high={0.95 * totalBytes}
          aria-label={free}
        />
        <span aria-hidden="true">{free}</span>
      </div>
      <table>
        <Columns names={[words.system.what, words.system.size, words.system.kept]} />
        <tbody>
          {rows.map(([kind, size, keptMs]) => (
            <tr key={kind}>
              <th scope="row">{words.system.stored[kind]}</th>
              <td>{size}</td>
              <td>{keptMs === null ? words.system.switchedOff : formatSpan(keptMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
