import { Keyboard } from 'lucide';
import { useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { useKeys } from '../../parts/use-keys.js';
import { words } from '../../words.js';
import './judging.css';

const text = words.history;

/** Tells which keys do what, when it is clicked or `?` is pressed. */
export function KeysHelp() {
  const [isOpen, setIsOpen] = useState(false);
  const open = () => setIsOpen(true);
  useKeys({ '?': open });
  return (
    <>
      <button type="button" onClick={open} aria-label={text.help} title={`${text.help} (?)`}>
        <Icon of={Keyboard} />
      </button>
      {isOpen && (
        <Dialog title={text.help} onClose={() => setIsOpen(false)}>
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
      )}
    </>
  );
}
