// The page: who is not signed in signs in, everybody else is at a place.

import { useEffect, useMemo, useRef } from "react";
import { type Account, expire, useAccount } from "./account";
import { Api } from "./api";
import { ErrorBoundary } from "./components/error-boundary";
import { Frame } from "./components/frame";
import { Invitation } from "./components/invitation";
import { MeetingPart } from "./components/meeting-part";
import { Meetings } from "./components/meetings";
import { SessionPage } from "./components/session-page";
import { SignIn } from "./components/sign-in";
import { focusContent } from "./focus";
import { ApiProvider, useStaying } from "./hooks";
import { addressOf, go, type Place, placeOf, usePlace } from "./place";
import type { Received } from "./recordings";
import { useUnsaved } from "./unsaved";
import { UploadProvider, useUploadOwner } from "./upload";

export function App() {
  const place = usePlace();
  const state = useAccount();
  useStaying(useUnsaved().length > 0);
  if (!state.account) {
    return <SignIn expired={state.expired} invited={place.kind === "invitation"} />;
  }
  return <SignedIn key={state.account.token} account={state.account} place={place} />;
}

function SignedIn({ account, place }: { account: Account; place: Place }) {
  const api = useMemo(() => new Api(account.token, () => expire(account.token)), [account.token]);
  const upload = useUploadOwner(api, open);
  useArrival(addressOf(place));
  return (
    <ApiProvider value={api}>
      <UploadProvider value={upload}>
        <Frame user={account.user} place={place}>
          <ErrorBoundary key={addressOf(place)}>
            <Here place={place} />
          </ErrorBoundary>
        </Frame>
      </UploadProvider>
    </ApiProvider>
  );
}

/** Takes who goes somewhere by keyboard there; nobody is moved where the page has just been opened. */
function useArrival(address: string): void {
  const before = useRef(address);
  useEffect(() => {
    if (before.current !== address && !document.activeElement?.closest("main")) focusContent();
    before.current = address;
  }, [address]);
}

/** Who went elsewhere while a recording was sent is not called away. */
function open(received: Received): void {
  const { kind } = placeOf(location.search, location.hash);
  if (kind === "meetings") go({ kind: "session", id: received.session_id });
}

function Here({ place }: { place: Place }) {
  switch (place.kind) {
    case "meetings":
      return <Meetings />;
    case "invitation":
      return <Invitation code={place.code} />;
    case "session":
      return <SessionPage key={addressOf(place)} id={place.id} at={place.at ?? null} />;
    case "meeting":
      return <MeetingPart id={place.id} />;
  }
}
