// Signing in; so far by development tokens, where the server issues them.

import { type FormEvent, useCallback } from "react";
import { signIn } from "../account";
import { publicApi } from "../api";
import { useAction, useLoaded, useTitle } from "../hooks";
import { text } from "../text";
import { Logo } from "./icons";
import { Hint, Loading, ProblemNotice } from "./notice";

export function SignIn({ expired, invited }: { expired: boolean; invited: boolean }) {
  const { value: config, problem, reload } = useLoaded(publicApi.config);
  useTitle(`${text.signIn.heading} · ${text.product}`);
  return (
    <main className="sign-in">
      <div className="welcome">
        <Logo />
        <h1>{text.product}</h1>
        <p>{text.tagline}</p>
      </div>
      {expired && <Hint>{text.signIn.expired}</Hint>}
      {invited && !expired && <Hint>{text.signIn.invited}</Hint>}
      {problem && <ProblemNotice problem={problem} retry={reload} />}
      {!config && !problem && <Loading />}
      {config && !config.development_sign_in && <Hint>{text.signIn.unavailable}</Hint>}
      {config?.development_sign_in && <DevelopmentForm />}
    </main>
  );
}

function DevelopmentForm() {
  const given = new URLSearchParams(location.search);
  const { run, busy, problem } = useAction(
    useCallback(
      async (email: string, name: string) => signIn(await publicApi.developmentToken(email, name)),
      [],
    ),
  );
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    run(String(form.get("email")).trim(), String(form.get("name")).trim());
  };
  return (
    <form className="card form" onSubmit={submit} aria-label={text.signIn.heading}>
      <label>
        {text.signIn.email}
        <input
          name="email"
          type="email"
          required
          autoComplete="email"
          defaultValue={given.get("email") ?? ""}
        />
      </label>
      <label>
        {text.signIn.name}
        <input
          name="name"
          autoComplete="name"
          maxLength={100}
          defaultValue={given.get("name") ?? ""}
          aria-describedby="name-hint"
        />
      </label>
      <p className="hint" id="name-hint">
        {text.signIn.nameHint}
      </p>
      {problem && <ProblemNotice problem={problem} />}
      <button type="submit" className="button button-main" disabled={busy}>
        {busy ? text.signIn.submitting : text.signIn.submit}
      </button>
      <p className="hint">{text.signIn.development}</p>
    </form>
  );
}
