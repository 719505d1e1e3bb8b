// Where the next page of a list is. Pure.

/** The address that a `Link` header names as the next page, below the root of the API. */
export function nextPage(link: string | null): string | null {
  const address = link?.match(/<([^>]+)>\s*;\s*rel="?next"?/)?.[1];
  return address?.replace(/^\/api\/v1/, "") ?? null;
}
