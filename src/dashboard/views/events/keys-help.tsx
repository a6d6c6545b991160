import { Keyboard } from 'lucide';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { words } from '../../words.js';

const text = words.history;

/** Opens {@link KeysHelp}. */
export function KeysButton({ onOpen }: { onOpen: () => void }) {
  return (
    <button type="button" onClick={onOpen} aria-label={text.help} title={`${text.help} (?)`}>
      <Icon of={Keyboard} />
    </button>
  );
}

/** Which keys do what. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={text.help} onClose={onClose}>
      <dl class="facts keys">
        {Object.entries(text.keys).map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
