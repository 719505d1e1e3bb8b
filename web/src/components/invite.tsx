// How others get into a session.

import { addressOf } from "../place";
import { text } from "../text";
import { CopyButton } from "./copy-button";

export function Invite({ code }: { code: string }) {
  const link = new URL(addressOf({ kind: "invitation", code }), location.href).href;
  return (
    <section className="invite card" aria-labelledby="invite-heading">
      <h2 id="invite-heading">{text.invite.heading}</h2>
      <div className="invite-row">
        <input
          readOnly
          value={link}
          aria-label={text.invite.link}
          data-testid="invite-link"
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton content={() => link} label={text.invite.copy} done={text.invite.copied} />
      </div>
      <p className="hint">
        {text.invite.hint}{" "}
        <span className="code" data-testid="invite-code">
          {text.invite.code(code)}
        </span>
      </p>
    </section>
  );
}
