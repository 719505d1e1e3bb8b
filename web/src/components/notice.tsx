// What is shown while something is awaited or has failed.

import type { ReactNode } from "react";
import type { Problem } from "../problem";
import { text } from "../text";

export function Loading({ label = text.loading }: { label?: string }) {
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {label}
    </p>
  );
}

interface ProblemProps {
  problem: Problem;
  retry?: () => void;
  /** What one can do about it. */
  advice?: string | null;
  /** Other ways on. */
  children?: ReactNode;
}

export function ProblemNotice({ problem, retry, advice, children }: ProblemProps) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="problem">
      <p>{advice ? `${problem.message.replace(/\.?$/, ".")} ${advice}` : problem.message}</p>
      {retry && problem.retryable && (
        <button type="button" className="button" onClick={retry}>
          {text.retry}
        </button>
      )}
      {children}
    </div>
  );
}

/** The browser asks first where something would be lost by it. */
export function Reload() {
  return (
    <button type="button" className="button" onClick={() => location.reload()}>
      {text.reload}
    </button>
  );
}

export function Hint({ children }: { children: ReactNode }) {
  return (
    <div className="notice" role="status">
      <p>{children}</p>
    </div>
  );
}
