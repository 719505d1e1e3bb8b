// The page: who is not signed in signs in, everybody else is at a place.

import { lazy, Suspense, useMemo } from "react";
import { type Account, expire, useAccount } from "./account";
import { Api } from "./api";
import { Frame } from "./components/frame";
import { Invitation } from "./components/invitation";
import { Meetings } from "./components/meetings";
import { Loading } from "./components/notice";
import { SessionPage } from "./components/session-page";
import { SignIn } from "./components/sign-in";
import { ApiProvider } from "./hooks";
import { type Place, usePlace } from "./place";

// LiveKit is most of the page's weight, and reading a transcript does not need it.
const Meeting = lazy(() => import("./components/meeting"));

export function App() {
  const place = usePlace();
  const state = useAccount();
  if (!state.account) {
    return <SignIn expired={state.expired} invited={place.kind === "invitation"} />;
  }
  return <SignedIn key={state.account.token} account={state.account} place={place} />;
}

function SignedIn({ account, place }: { account: Account; place: Place }) {
  const api = useMemo(() => new Api(account.token, expire), [account.token]);
  return (
    <ApiProvider value={api}>
      <Frame user={account.user} wide={place.kind === "meeting"}>
        <Suspense fallback={<Loading />}>
          <Here place={place} />
        </Suspense>
      </Frame>
    </ApiProvider>
  );
}

function Here({ place }: { place: Place }) {
  switch (place.kind) {
    case "meetings":
      return <Meetings />;
    case "invitation":
      return <Invitation code={place.code} />;
    case "session":
      return <SessionPage key={place.id} id={place.id} />;
    case "meeting":
      return <Meeting key={place.id} id={place.id} />;
  }
}
