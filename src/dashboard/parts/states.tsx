import type { ComponentChildren } from 'preact';
import type { ApiError } from '../data/api.js';
import { words } from '../words.js';

/** Says that there is nothing, and what would bring something. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** Says that something is under way. */
export function Loading() {
  return (
    <p class="loading" role="status">
      {words.loading}
    </p>
  );
}

/** Says why the program did not answer as it should. */
export function Failure({ error, retry }: { error: ApiError; retry?: () => void }) {
  return (
    <div class="failure" role="alert">
      <p>{error.message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}
