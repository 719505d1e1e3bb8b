"""Search over titles and over what was said, in every script, and never in what belongs to others."""

from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api_service.conftest import Person, sign_in
from tests.servers import Servers

pytestmark = pytest.mark.integration


async def meeting(person: Person, title: str, *texts: str) -> str:
    session = (await person.new_session(title))["id"]
    if texts:
        segments = [
            {"speaker": "Ada", "text": text, "start_time": n, "end_time": n + 1}
            for n, text in enumerate(texts)
        ]
        body = {"session_id": session, "content": "", "language": "en", "segments": segments}
        assert (await person.post("/api/v1/transcriptions", body)).status_code == 200
    return session


async def found(person: Person, q: str) -> list[str]:
    """What is shown, with brackets around what was asked for."""
    answer = await person.get("/api/v1/search", q=q)
    assert answer.status_code == 200, answer.text
    shown = []
    for each in answer.json()["results"]:
        text = each["snippet"]
        for start, end in reversed(each["matches"]):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
        shown.append(text)
    return shown


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/search/"])
async def test_a_result_says_where_it_is(ada: Person, path: str) -> None:
    session = await meeting(ada, "Weekly", "Good morning", "We agreed on the budgets")
    results = (await ada.get(path, q="budget")).json()
    assert results["next_cursor"] is None
    assert results["results"][0] | {"session_created_at": None} == {
        "kind": "segment",
        "session_id": session,
        "title": "Weekly",
        "session_created_at": None,
        "segment_id": "000002",
        "speaker": "Ada",
        "start_time": 1.0,
        "end_time": 2.0,
        "snippet": "We agreed on the budgets",
        "matches": [[17, 24]],
        "starts_late": False,
        "ends_early": False,
    }


SAID = (
    "We will be running three experiments",
    "Who is that, and what was it?",
    "Die Besprechung beginnt, Müller kommt später",
    "明天讨论预算审批的问题",
    "我们周五发布 version 2.0，别忘了",
    "予算の会議は東京です",
    "내일 회의합시다",
    "see https://example.com/a-b or mail bob@example.com, it's state-of-the-art",
    "ＦＵＬＬ width",
)


@pytest.mark.parametrize(
    ("q", "shown"),
    [
        ("runs experiment", "We will be [running] three [experiments]"),
        ("who", "[Who] is that, and what was it?"),
        ("MÜLLER", "Die Besprechung beginnt, [Müller] kommt später"),
        ("预算", "明天讨论[预算]审批的问题"),
        ("审", "明天讨论预算[审]批的问题"),
        ("问题 明天", "[明天]讨论预算审批的[问题]"),
        ("题", "明天讨论预算审批的问[题]"),
        ("发布version", "我们周五[发布] [version] 2.0，别忘了"),
        ("東京", "予算の会議は[東京]です"),
        ("회의", "내일 [회의]합시다"),
        (
            "example.com bob",
            "see https://[example].[com]/a-b or mail [bob]@[example].[com], it's state-of-the-art",
        ),
        (
            "state-of-the-art",
            "see https://example.com/a-b or mail bob@example.com, it's [state]-[of]-[the]-[art]",
        ),
        ("full", "ＦＵＬＬ width"),
    ],
)
async def test_words_are_found_in_every_script(ada: Person, q: str, shown: str) -> None:
    await meeting(ada, "T", *SAID)
    assert await found(ada, q) == [shown]


@pytest.mark.parametrize(
    "q", ["审预", "批算", "run nothing", "!!!", "'", "q:*", "<->", "预算 <-> 无", "\\", "%"]
)
async def test_what_was_not_said_is_not_found(ada: Person, q: str) -> None:
    await meeting(ada, "T", *SAID)
    assert await found(ada, q) == []


@pytest.mark.parametrize(
    "params", [{}, {"q": ""}, {"q": " "}, {"q": "x" * 201}, {"q": "a\0"}, {"q": "a", "limit": 0}]
)
async def test_a_question_that_is_none_is_refused(ada: Person, params: dict[str, str | int]) -> None:
    assert (await ada.get("/api/v1/search", **params)).status_code == 422


async def test_a_cursor_that_no_page_ended_with_is_a_bad_request(ada: Person) -> None:
    assert (await ada.get("/api/v1/search", q="a", cursor="nonsense")).json()["code"] == "bad-request"


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_titles_come_first_then_the_newest_sessions_and_pages_lose_nothing(
    ada: Person, limit: int
) -> None:
    for number in range(3):
        await meeting(ada, f"Budget {number}", f"budget {number}a", "nothing", f"budget {number}b")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await ada.get("/api/v1/search", q="budget", limit=limit, **cursor)).json()
        seen += [each["snippet"] for each in page["results"]]
        if page["next_cursor"] is None:
            break
        assert len(page["results"]) == limit
        cursor = {"cursor": page["next_cursor"]}
    titles = [f"Budget {number}" for number in (2, 1, 0)]
    assert seen == titles + [f"budget {number}{letter}" for number in (2, 1, 0) for letter in "ab"]


async def test_edits_are_found_and_what_they_replaced_is_not(ada: Person) -> None:
    session = await meeting(ada, "T", "the old words")
    path = f"/api/v1/sessions/{session}/transcript/segments/000001"
    await ada.api.patch(path, json={"text": "the new words"}, headers=ada.headers)
    assert (await found(ada, "old"), await found(ada, "new")) == ([], ["the [new] words"])


async def test_only_the_current_version_is_searched(ada: Person) -> None:
    session = await meeting(ada, "T", "outdated")
    body = {"session_id": session, "content": "recent", "language": "en"}
    await ada.post("/api/v1/transcriptions", body)
    assert (await found(ada, "outdated"), await found(ada, "recent")) == ([], ["[recent]"])


async def test_nobody_finds_what_belongs_to_others(ada: Person, bob: Person, api: httpx.AsyncClient) -> None:
    secret = f"secret{uuid4().hex}"
    session = await meeting(ada, f"Title {secret}", f"said {secret}")
    code = (await ada.get(f"/api/v1/sessions/{session}")).json()["invite_code"]
    await bob.post("/api/v1/sessions/join", {"invite_code": code})
    stranger = await sign_in(api, "eve")
    assert [len(await found(person, secret)) for person in (ada, bob, stranger)] == [2, 2, 0]


@pytest.fixture
def many(servers: Servers, ada: Person) -> None:
    """A word that was said too often for all of its places to be looked up: in 600 sessions of Ada's."""
    with psycopg.connect(servers.database_admin_url) as connection:
        connection.execute("set local session_replication_role = replica")
        connection.execute(
            """
            with made as (
              insert into public.recording_sessions (user_id, title, created_at)
              select %(id)s, 'Number ' || n, '2026-01-01'::timestamptz + n * interval '1 hour'
              from generate_series(1, 600) as n
              returning id, user_id
            ),
            joined as (
              insert into public.session_members (session_id, user_id, role)
              select id, user_id, 'owner' from made
            ),
            versions as (
              insert into public.transcriptions (session_id, user_id, source, language, status, is_current)
              select id, user_id, 'live', 'en', 'completed', true from made
              returning id, session_id
            )
            insert into public.transcript_segments (
              transcription_id, session_id, segment_id, revision, speaker, spoken_as, text,
              start_time, end_time
            )
            select id, session_id, 's' || n, 0, 'Ada', 'Ada', 'often', n, n + 1
            from versions cross join generate_series(1, 4) as n
            """,
            {"id": ada.id},
        )


async def test_a_word_that_was_said_very_often_is_paged_through_without_loss(ada: Person, many: None) -> None:
    seen: list[tuple[str, str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await ada.get("/api/v1/search", q="often", limit=99, **cursor)).json()
        seen += [(each["title"], each["segment_id"]) for each in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == [(f"Number {600 - n // 4}", f"s{n % 4 + 1}") for n in range(2400)]
