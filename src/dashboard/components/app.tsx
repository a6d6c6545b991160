import { useSignalEffect } from '@preact/signals';
import type { CSSProperties } from 'preact';
import { cameras, connection, openEvents } from '../state.js';
import { words } from '../words.js';
import { CameraCard } from './camera-card.js';
import { EventDialog } from './event-dialog.js';
import { EventList } from './event-list.js';
import { Notices } from './notices.js';
import { SignIn } from './sign-in.js';
import { TopBar } from './top-bar.js';

export function App() {
  useSignalEffect(() => {
    document.title = words.titleWithEvents(openEvents.value.length);
  });
  if (connection.value === 'signed-out') return <SignIn />;
  // Few cameras on a large screen become large; many share it about evenly in both directions.
  const columns = Math.max(3, Math.ceil(Math.sqrt(1.5 * cameras.value.length)));
  return (
    <div class={`page ${connection.value}`}>
      <TopBar />
      <Notices />
      <main>
        <section class="cameras" aria-label={words.cameras} style={{ '--columns': columns } as CSSProperties}>
          {cameras.value.map((camera) => (
            <CameraCard key={camera.id} camera={camera} />
          ))}
          {connection.value === 'live' && cameras.value.length === 0 && (
            <p class="quiet">{words.noCameras}</p>
          )}
        </section>
        <EventList />
      </main>
      <EventDialog />
    </div>
  );
}
