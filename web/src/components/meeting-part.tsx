// Loads what a meeting needs: LiveKit is most of the page's weight, and reading a transcript does not need it.

import { useLoaded } from "../hooks";
import { Problem } from "../problem";
import { text } from "../text";
import { Loading, ProblemNotice, Reload } from "./notice";

export function MeetingPart({ id }: { id: string }) {
  const { value, problem, reload } = useLoaded(load);
  if (problem) {
    return (
      <ProblemNotice problem={problem} retry={reload}>
        <Reload />
      </ProblemNotice>
    );
  }
  if (!value) return <Loading label={text.meeting.joining} />;
  return <value.Meeting key={id} id={id} />;
}

/** Asked for anew each time, where `lazy` would keep the failure. */
async function load(): Promise<typeof import("./meeting")> {
  try {
    return await import("./meeting");
  } catch (cause) {
    throw new Problem(text.problem.part, 0, "part-missing", true, { cause });
  }
}
