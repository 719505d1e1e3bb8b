// An invite link: becomes a member, then goes where the meeting can be joined.

import { useCallback, useEffect } from "react";
import { useApi, useLoaded } from "../hooks";
import { addressOf, goInstead } from "../place";
import { text } from "../text";
import { Loading, ProblemNotice } from "./notice";

export function Invitation({ code }: { code: string }) {
  const api = useApi();
  const { value, problem, reload } = useLoaded(useCallback(() => api.join(code), [api, code]));
  const id = value?.id;
  useEffect(() => {
    if (id) goInstead({ kind: "session", id });
  }, [id]);
  if (!problem) return <Loading label={text.meetings.joining} />;
  return (
    <>
      <ProblemNotice problem={problem} retry={reload} />
      <a className="button" href={addressOf({ kind: "meetings" })}>
        {text.back}
      </a>
    </>
  );
}
