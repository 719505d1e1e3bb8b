// Says which microphones several people share.

import { useCallback } from "react";
import { useAccount } from "../account";
import type { Session } from "../api";
import { useAction, useApi, useLoaded } from "../hooks";
import { type MemberMicrophone, microphonesOf, shareMicrophone } from "../microphones";
import { text } from "../text";
import { ProblemNotice } from "./notice";

interface Props {
  session: Session;
  /** A recorded meeting is heard again with what was said of its microphones. */
  begun: (taskId: string) => void;
}

export function Microphones({ session, begun }: Props) {
  const api = useApi();
  const { account } = useAccount();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a meeting that is over may have had more people in it
  const load = useCallback(
    (signal: AbortSignal) => microphonesOf(api, session.id, signal),
    [api, session.id, session.status],
  );
  const { value, problem, reload } = useLoaded(load);
  const own = account?.user.id;
  const mine = value?.filter((each) => session.role === "owner" || each.user_id === own) ?? [];
  return (
    <details className="versions" data-testid="microphones">
      <summary>{text.microphones.heading}</summary>
      <p className="hint">{text.microphones.hint}</p>
      {problem && <ProblemNotice problem={problem} retry={reload} />}
      {mine.map((each) => (
        <SharedChoice
          key={each.user_id}
          sessionId={session.id}
          microphone={each}
          begun={begun}
          changed={reload}
        />
      ))}
    </details>
  );
}

interface ChoiceProps {
  sessionId: string;
  microphone: MemberMicrophone;
  begun: (taskId: string) => void;
  changed: () => void;
}

function SharedChoice({ sessionId, microphone, begun, changed }: ChoiceProps) {
  const api = useApi();
  const { run, busy, problem } = useAction(
    useCallback(
      async (shared: boolean) => {
        const task = await shareMicrophone(api, sessionId, microphone, shared);
        if (task) begun(task);
        changed();
      },
      [api, sessionId, microphone, begun, changed],
    ),
  );
  return (
    <div>
      <label className="choice">
        <input
          type="checkbox"
          checked={microphone.shared}
          disabled={busy}
          onChange={(event) => run(event.currentTarget.checked)}
        />
        {text.microphones.shared(microphone.name)}
      </label>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}
