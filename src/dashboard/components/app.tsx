import { cameras, connection, model, problems, ruleProblems } from '../state.js';
import { words } from '../words.js';
import { CameraCard } from './camera-card.js';
import { ConnectionState } from './connection-state.js';
import { EventList } from './event-list.js';
import { SignIn } from './sign-in.js';

export function App() {
  if (connection.value === 'signed-out') return <SignIn />;
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <ConnectionState />
      </header>
      <Notices />
      <main>
        <section class="cameras" aria-label={words.cameras}>
          {cameras.value.map((camera) => (
            <CameraCard key={camera.id} camera={camera} />
          ))}
        </section>
        <EventList />
      </main>
    </>
  );
}

function Notices() {
  return (
    <div class="notices" role="status">
      {model.value?.demonstration && <p class="notice">{model.value.notice}</p>}
      {ruleProblems.value.length > 0 && (
        <p class="notice bad">
          <strong>{words.rulesBroken}</strong> {ruleProblems.value.join(' · ')}
        </p>
      )}
      {problems.value.length > 0 && (
        <p class="notice bad">
          <strong>{words.problems}</strong>{' '}
          {problems.value.map(({ part, reason }) => `${part} (${reason})`).join(' · ')}
        </p>
      )}
    </div>
  );
}
