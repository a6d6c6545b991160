import { useSignalEffect } from '@preact/signals';
import { connection, openEvents } from '../data/state.js';
import { Toasts } from '../parts/toasts.js';
import { route } from '../router.js';
import { words } from '../words.js';
import { Alerts } from './alerts.js';
import { Notices } from './notices.js';
import { SignIn } from './sign-in.js';
import { TopBar } from './top-bar.js';
import { ViewHost } from './view-host.js';

export function App() {
  useSignalEffect(() => {
    document.title = words.titleOf(words.views[route.value.view], openEvents.value.length);
  });
  if (connection.value === 'signed-out') return <SignIn />;
  return (
    <div class={`page ${connection.value}`}>
      <TopBar />
      <Notices />
      <ViewHost />
      <Alerts />
      <Toasts />
    </div>
  );
}
