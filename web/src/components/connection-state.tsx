// Whether the captions on the page keep up with the meeting.

import { useOnline } from "../hooks";
import type { Connection } from "../live";
import { text } from "../text";

/** `quiet` says nothing while all is well. */
export function ConnectionState({ connection, quiet = false }: { connection: Connection; quiet?: boolean }) {
  const online = useOnline();
  const state = online ? connection : "offline";
  const silent = quiet && (state === "live" || state === "connecting");
  return (
    <span
      className={`connection connection-${state}`}
      role="status"
      data-testid="connection"
      data-state={state}
    >
      {silent ? null : text.connection[state]}
    </span>
  );
}
