// How components get at data: loading with retry, polling, captions, and small help with the browser.

import {
  createContext,
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useReducer,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Api } from "./api";
import { type Captions, fold, noCaptions } from "./captions";
import { type Connection, follow } from "./live";
import { asProblem, type Problem } from "./problem";

const ApiContext = createContext<Api | null>(null);
export const ApiProvider = ApiContext.Provider;

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("There is no account around this component");
  return api;
}

export interface Loaded<T> {
  value: T | null;
  problem: Problem | null;
  reload: () => void;
}

interface Refreshed<T> extends Loaded<T> {
  /** Loads again without taking back what is said of the last failure: said anew, it would be read aloud anew. */
  refresh: () => void;
  loading: RefObject<boolean>;
}

/** `load` must keep its identity (useCallback) for as long as it loads the same thing. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): Refreshed<T> {
  const [state, setState] = useState<{ value: T | null; problem: Problem | null }>({
    value: null,
    problem: null,
  });
  const [turn, refresh] = useReducer((count: number) => count + 1, 0);
  const loading = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is a wish to load again
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    loading.current = true;
    load(signal)
      .then(
        (value) => signal.aborted || setState({ value, problem: null }),
        (thrown: unknown) =>
          signal.aborted || setState((before) => ({ ...before, problem: asProblem(thrown) })),
      )
      .finally(() => {
        if (!signal.aborted) loading.current = false;
      });
    return () => controller.abort();
  }, [load, turn]);
  const reload = useCallback(() => {
    setState((before) => ({ ...before, problem: null }));
    refresh();
  }, []);
  return { ...state, reload, refresh, loading };
}

/** Loads again every so often and whenever the page is looked at again; failures wait for the next turn. */
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, milliseconds: number): Loaded<T> {
  const loaded = useLoaded(load);
  const { refresh, loading } = loaded;
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && refresh();
    // An answer that takes longer than that would never come if it were asked for anew each time.
    const timer = setInterval(() => loading.current || look(), milliseconds);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [refresh, loading, milliseconds]);
  return loaded;
}

export interface Followed {
  captions: Captions;
  connection: Connection;
  problem: Problem | null;
  restart: () => void;
}

export function useCaptions(sessionId: string): Followed {
  const api = useApi();
  const [captions, dispatch] = useReducer(fold, noCaptions);
  const [connection, setConnection] = useState<Connection>("connecting");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, restart] = useReducer((count: number) => count + 1, 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is a wish to begin again
  useEffect(() => {
    const controller = new AbortController();
    setProblem(null);
    setConnection("connecting");
    follow(api, sessionId, { event: dispatch, connection: setConnection }, controller.signal).catch(
      (thrown: unknown) => setProblem(asProblem(thrown)),
    );
    return () => controller.abort();
  }, [api, sessionId, turn]);
  return { captions, connection, problem, restart };
}

/** Runs one action at a time and keeps what went wrong with it. */
export function useAction<A extends unknown[]>(
  action: (...given: A) => Promise<void>,
): { run: (...given: A) => void; busy: boolean; problem: Problem | null } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(
    (...given: A) => {
      setBusy(true);
      setProblem(null);
      action(...given)
        .catch((thrown: unknown) => setProblem(asProblem(thrown)))
        .finally(() => setBusy(false));
    },
    [action],
  );
  return { run, busy, problem };
}

export function useOnline(): boolean {
  return useSyncExternalStore(subscribeOnline, () => navigator.onLine);
}

/** The browser asks before it leaves while something would be lost. */
export function useStaying(needed: boolean): void {
  useEffect(() => {
    if (!needed) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [needed]);
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function subscribeOnline(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}
