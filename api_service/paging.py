"""Leads clients from one page of a list to the next."""

from urllib.parse import urlencode

from fastapi import Request, Response

_PLACES = frozenset({"cursor", "offset"})

NEXT_PAGE: dict[str, object] = {
    "Link": {
        "description": 'The next page, as `<address>; rel="next"`; absent on the last one',
        "schema": {"type": "string"},
    }
}
"""The header, for OpenAPI."""


def lead_on(request: Request, response: Response, cursor: str) -> None:
    """Say in a header that the list goes on, with the same wishes, at this cursor."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in _PLACES]
    query = urlencode([*kept, ("cursor", cursor)])
    response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
