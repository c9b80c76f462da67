import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { logIn, loginProblem } from "./base/api.ts";
import { useTexts } from "./text/texts.ts";

/** Asks for the token. @param isNeeded nothing is shown without it */
export function SignIn({
  isNeeded = false,
  onDone,
}: {
  readonly isNeeded?: boolean;
  readonly onDone?: () => void;
}): JSX.Element {
  const t = useTexts();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(loginProblem.value);
  const send = (event: Event): void => {
    event.preventDefault();
    logIn({ token: token.trim() }).then(
      () => onDone?.(),
      (error: unknown) => setProblem((error as Error).message),
    );
  };
  return (
    <form class={isNeeded ? "still" : "choices"} onSubmit={send}>
      {isNeeded && <h1>{t.signInTitle}</h1>}
      <p class="soft">{isNeeded ? t.signInNeeded : t.signInChange}</p>
      <p class="soft">{t.signInHow}</p>
      <label>
        {t.token}
        <input
          class="field"
          type="password"
          autocomplete="current-password"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <p class="grave" role="alert">
        {problem}
      </p>
      <button type="submit" class="button is-main">
        {t.signIn}
      </button>
    </form>
  );
}
