// Failures of the API (problem+json) and of the way to it, in one form.

import { text } from "./text";

interface ProblemBody {
  title?: string;
  detail?: unknown;
  code?: string;
  retryable?: boolean;
}

export class Problem extends Error {
  constructor(
    message: string,
    /** 0 when the server was not reached at all. */
    readonly status: number,
    readonly code: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "Problem";
  }
}

/** The problem that a failed response carries; a proxy in between may answer with something else. */
export async function problemFrom(response: Response): Promise<Problem> {
  const body = await bodyOf(response);
  const retryable = body.retryable ?? [408, 425, 429, 500, 502, 503, 504].includes(response.status);
  const detail = typeof body.detail === "string" && body.detail ? body.detail : body.title;
  return new Problem(
    detail ?? text.problem.status(response.status),
    response.status,
    body.code ?? "",
    retryable,
  );
}

export function unreachable(): Problem {
  return new Problem(text.problem.unreachable, 0, "unreachable", true);
}

/** Anything that was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem(text.problem.unexpected, 0, "unexpected", true);
}

async function bodyOf(response: Response): Promise<ProblemBody> {
  try {
    const body: unknown = await response.json();
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}
