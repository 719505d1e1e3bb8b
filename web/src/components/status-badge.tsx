// The state of a session in one word.

import { text } from "../text";

export function StatusBadge({ status }: { status: string }) {
  return (
    <span className={`badge badge-${status}`} data-testid="session-status" data-status={status}>
      {text.status[status] ?? status}
    </span>
  );
}
