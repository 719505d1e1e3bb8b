// What surrounds every place of somebody who is signed in.

import type { ReactNode } from "react";
import { signOut } from "../account";
import type { User } from "../api";
import { addressOf } from "../place";
import { text } from "../text";
import { useUpload } from "../upload";
import { Logo } from "./icons";

export function Frame({ user, wide, children }: { user: User; wide: boolean; children: ReactNode }) {
  return (
    <div className={wide ? "frame frame-wide" : "frame"}>
      <header className="top">
        <a className="brand" href={addressOf({ kind: "meetings" })}>
          <Logo />
          {text.product}
        </a>
        <Sending />
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
