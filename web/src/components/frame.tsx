// What surrounds every place of somebody who is signed in.

import type { ReactNode } from "react";
import { signOut } from "../account";
import type { User } from "../api";
import { addressOf, type Place } from "../place";
import { text } from "../text";
import { useUnsaved } from "../unsaved";
import { useUpload } from "../upload";
import { Logo } from "./icons";

interface Props {
  user: User;
  place: Place;
  children: ReactNode;
}

export function Frame({ user, place, children }: Props) {
  const wide = place.kind === "meeting";
  const at = place.kind === "session" ? place.id : null;
  return (
    <div className={wide ? "frame frame-wide" : "frame"}>
      <header className="top">
        <a className="brand" href={addressOf({ kind: "meetings" })}>
          <Logo />
          {text.product}
        </a>
        <Sending />
        <Unsaved userId={user.id} at={at} />
        <span className="who" title={user.email} data-testid="account">
          {user.full_name || user.username}
        </span>
        <button type="button" className="button button-quiet" onClick={signOut}>
          {text.signOut}
        </button>
      </header>
      <main tabIndex={-1}>{children}</main>
    </div>
  );
}

/** Sending goes on while one looks at something else. */
function Sending() {
  const { sending } = useUpload();
  if (!sending) return null;
  const percent = Math.round(sending.share * 100);
  return (
    <span className="sending" title={text.upload.sending(sending.name)}>
      {text.upload.share(percent)}
    </span>
  );
}

/** What was being written where one is no longer, and the way back to it. */
function Unsaved({ userId, at }: { userId: string; at: string | null }) {
  const elsewhere = useUnsaved().find((each) => each.userId === userId && each.sessionId !== at);
  if (!elsewhere) return null;
  return (
    <a
      className="sending"
      href={addressOf({ kind: "session", id: elsewhere.sessionId })}
      data-testid="unsaved"
    >
      {text.correct.unsaved}
    </a>
  );
}
