import { isSeeing } from '../../shared/camera-health.js';
import { cameras, connection, model } from '../state.js';
import { words } from '../words.js';

const LABELS = { connecting: words.connecting, live: words.live, lost: words.lost, 'signed-out': '' };

export function TopBar() {
  const online = cameras.value.filter(({ status }) => isSeeing(status)).length;
  return (
    <header class="top">
      <img src="/favicon.svg" alt="" width="20" height="20" />
      <h1>{words.title}</h1>
      <span class={`pill ${connection.value}`} role="status">
        {LABELS[connection.value]}
      </span>
      <span class="spacer" />
      {cameras.value.length > 0 && <span>{words.camerasOnline(online, cameras.value.length)}</span>}
      {model.value && <span class="model">{words.modelIs(model.value.name)}</span>}
    </header>
  );
}
