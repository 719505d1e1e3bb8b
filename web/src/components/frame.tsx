// What surrounds every place of somebody who is signed in.

import type { ReactNode } from "react";
import { signOut } from "../account";
import type { User } from "../api";
import { addressOf } from "../place";
import { text } from "../text";
import { Logo } from "./icons";

export function Frame({ user, wide, children }: { user: User; wide: boolean; children: ReactNode }) {
  return (
    <div className={wide ? "frame frame-wide" : "frame"}>
      <header className="top">
        <a className="brand" href={addressOf({ kind: "meetings" })}>
          <Logo />
          {text.product}
        </a>
        <span className="who" title={user.email} data-testid="account">
          {user.full_name || user.username}
        </span>
        <button type="button" className="button button-quiet" onClick={signOut}>
          {text.signOut}
        </button>
      </header>
      <main>{children}</main>
    </div>
  );
}
