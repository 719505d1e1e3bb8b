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
}

export function ProblemNotice({ problem, retry, advice }: ProblemProps) {
  return (
    <div className="notice notice-problem" role="alert" data-testid="problem">
      <p>{advice ? `${problem.message.replace(/\.?$/, ".")} ${advice}` : problem.message}</p>
      {retry && problem.retryable && (
        <button type="button" className="button" onClick={retry}>
          {text.retry}
        </button>
      )}
    </div>
  );
}

export function Hint({ children }: { children: ReactNode }) {
  return (
    <div className="notice" role="status">
      <p>{children}</p>
    </div>
  );
}
