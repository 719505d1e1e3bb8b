// Sends a form and tells how much of it is on its way: only XMLHttpRequest knows that.

import { problemFrom, unreachable } from "./problem";

/** Bytes, of all bytes. */
export type Sent = (sent: number, total: number) => void;

/** Without a byte taken or an answer for so long, nobody is there; an answer may wait for a short recording. */
const SILENCE_MS = 120_000;

/** Throws a Problem, also when the other end falls silent; when `signal` is aborted, its reason. */
export function sendForm(
  address: string,
  form: FormData,
  headers: Record<string, string>,
  sent: Sent,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    let silence: ReturnType<typeof setTimeout>;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        reject(unreachable());
        request.abort();
      }, SILENCE_MS);
    };
    request.upload.onprogress = (event) => {
      heard();
      if (event.lengthComputable) sent(event.loaded, event.total);
    };
    request.onloadend = () => clearTimeout(silence);
    request.onload = () => {
      const response = responseOf(request);
      if (response.ok) resolve(response);
      else problemFrom(response).then(reject, reject);
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    heard();
    request.send(form);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  return new Response(request.responseText, { status: request.status });
}
