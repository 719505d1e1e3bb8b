import { expect, test } from "vitest";
import { problemFrom } from "../src/problem";

test("a problem is shown by its detail", async () => {
  const body = { title: "Not allowed", detail: "You are no member.", code: "forbidden", retryable: false };
  const problem = await problemFrom(Response.json(body, { status: 403 }));
  expect(problem).toMatchObject({ message: "You are no member.", status: 403, retryable: false });
});

test("a proxy's own error page is a problem too", async () => {
  const problem = await problemFrom(new Response("<h1>Bad gateway</h1>", { status: 502 }));
  expect(problem).toMatchObject({ message: "The server answered with an error (502).", retryable: true });
});
