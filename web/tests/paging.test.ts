import { expect, test } from "vitest";
import { nextPage } from "../src/paging";

test("the next page is below the root of the API", () => {
  expect(nextPage('</api/v1/sessions?limit=2&cursor=ab_->; rel="next"')).toBe(
    "/sessions?limit=2&cursor=ab_-",
  );
});

test.each([null, "", '</api/v1/sessions>; rel="prev"'])("%j names no next page", (link) => {
  expect(nextPage(link)).toBeNull();
});
