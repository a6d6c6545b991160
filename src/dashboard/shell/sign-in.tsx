import { useState } from 'preact/hooks';
import { signIn } from '../data/live.js';
import { words } from '../words.js';

export function SignIn() {
  const [token, setToken] = useState('');
  const [refusal, setRefusal] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      setRefusal(words.signInRefusals[await signIn(token)]);
    } catch {
      setRefusal(words.cannotSignIn);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <h1>{words.title}</h1>
        <p>{words.signInWhy}</p>
        <label>
          {words.token}
          <input
            type="password"
            autocomplete="current-password"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        {refusal && <p role="alert">{refusal}</p>}
        <button type="submit">{words.signIn}</button>
      </form>
    </main>
  );
}
