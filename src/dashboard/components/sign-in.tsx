import { useState } from 'preact/hooks';
import { signIn } from '../live.js';
import { words } from '../words.js';

export function SignIn() {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setWrong(!(await signIn(token)));
  };
  return (
    <form class="sign-in" onSubmit={submit}>
      <h1>{words.title}</h1>
      <p>{words.signInWhy}</p>
      <label>
        {words.token}
        <input
          type="password"
          autocomplete="current-password"
          value={token}
          onInput={(e) => setToken(e.currentTarget.value)}
        />
      </label>
      {wrong && <p role="alert">{words.wrongToken}</p>}
      <button type="submit">{words.signIn}</button>
    </form>
  );
}
