"""Templates of minutes: those of the system, one's own, and what may not be saved."""

import asyncio
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.integration.api_service.conftest import Person
from tests.servers import Servers

pytestmark = pytest.mark.integration

HOME = "/api/v1/templates"
DOCUMENTED = {
    "name": "Team minutes",
    "template_content": "# {title}\n\n{summary}\n\n{key_points}",
    "category": "meeting",
}


async def send(person: Person, method: str, path: str, body: object = None) -> httpx.Response:
    return await person.api.request(method, f"{HOME}{path}", json=body, headers=person.headers)


async def new(person: Person, **fields: object) -> dict[str, object]:
    answer = await send(person, "POST", "", DOCUMENTED | fields)
    assert answer.status_code == 200, answer.text
    template: dict[str, object] = answer.json()
    return template


async def names(person: Person, **params: str | int) -> list[str]:
    return [each["name"] for each in (await person.get(HOME, **params)).json()]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_template_is_created_listed_and_read(ada: Person, slash: str) -> None:
    created = (await send(ada, "POST", slash, DOCUMENTED)).json()
    assert {name: created[name] for name in DOCUMENTED} == DOCUMENTED
    assert created["user_id"] == ada.id
    assert (created["is_default"], created["is_active"], created["is_system"]) == (False, True, False)
    assert (created["tags"], created["usage_count"], created["description"]) == ([], 0, None)
    assert (await ada.get(f"{HOME}{slash}")).json() == [created]
    assert (await ada.get(f"{HOME}/{created['id']}")).json() == created


async def test_the_system_has_templates_in_two_languages(ada: Person) -> None:
    system = (await ada.get(f"{HOME}/system")).json()
    kinds = ["minutes", "interview", "standup", "one-on-one", "technical-review", "diary"]
    for language in ("en", "zh"):
        assert sorted(each["category"] for each in system if each["language"] == language) == sorted(kinds)
    assert {"通用会议纪要", "访谈要点提炼", "技术评审结论"} <= {each["name"] for each in system}
    assert all(each["is_system"] and each["user_id"] is None for each in system)
    chinese = (await ada.get(f"{HOME}/system", language="zh", category="minutes")).json()
    assert [each["name"] for each in chinese] == ["通用会议纪要"]
    assert (await ada.get(f"{HOME}/{chinese[0]['id']}")).json() == chinese[0]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_what_is_given_is_changed_and_the_rest_stays(ada: Person, method: str) -> None:
    created = await new(ada, description="Weekly", tags=["team"])
    answer = await send(ada, method, f"/{created['id']}", {"name": "Other", "description": None})
    assert answer.status_code == 200
    changed = answer.json()
    assert changed == created | {
        "name": "Other",
        "description": None,
        "updated_at": changed["updated_at"],
    }
    assert changed["updated_at"] > created["updated_at"]
    assert (await send(ada, method, f"/{created['id']}", {})).json() == changed


async def test_a_deleted_template_is_gone_for_everybody_and_stays_in_what_was_made_with_it(
    ada: Person, servers: Servers
) -> None:
    created = await new(ada, is_default=True)
    answer = await send(ada, "DELETE", f"/{created['id']}")
    assert answer.json() == {"message": "Template deleted successfully", "template_id": created["id"]}
    for method in ("GET", "DELETE", "PUT"):
        again = await send(ada, method, f"/{created['id']}", {"name": "Back"} if method == "PUT" else None)
        assert (again.status_code, again.json()["code"]) == (404, "template-not-found")
    assert await names(ada, include_inactive="true") == []
    with psycopg.connect(servers.database_admin_url) as connection:
        row = connection.execute(
            "select deleted_at is not null from public.summary_templates where id = %s", [created["id"]]
        ).fetchone()
    assert row == (True,)


async def test_one_template_is_the_default(ada: Person, bob: Person) -> None:
    others = await new(bob, is_default=True)
    first = await new(ada, name="First", is_default=True)
    second = await new(ada, name="Second", is_default=True)
    assert await names(ada) == ["Second", "First"]
    await send(ada, "PUT", f"/{first['id']}", {"is_default": True})
    listed = (await ada.get(HOME)).json()
    assert [(each["name"], each["is_default"]) for each in listed] == [("First", True), ("Second", False)]
    answers = await asyncio.gather(
        *(send(ada, "PATCH", f"/{each['id']}", {"is_default": True}) for each in (first, second) * 4)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert sum(each["is_default"] for each in (await ada.get(HOME)).json()) == 1
    assert (await bob.get(f"{HOME}/{others['id']}")).json()["is_default"] is True


async def test_lists_are_narrowed(ada: Person) -> None:
    await new(ada, name="Alpha", category="sales", tags=["客户"])
    await new(ada, name="Beta 100%", description="for Kunden")
    await new(ada, name="Gamma", is_active=False)
    assert await names(ada) == ["Alpha", "Beta 100%"]
    assert await names(ada, include_inactive="true") == ["Alpha", "Beta 100%", "Gamma"]
    assert await names(ada, category="sales") == ["Alpha"]
    assert await names(ada, q="KUNDEN") == ["Beta 100%"]
    assert await names(ada, q="客") == ["Alpha"]
    assert await names(ada, q="100%") == ["Beta 100%"]
    assert await names(ada, q="_") == []
    assert await names(ada, limit=1, offset=1) == ["Beta 100%"]
    everything = await names(ada, include_system="true")
    assert everything[:2] == ["Alpha", "Beta 100%"]
    assert len(everything) == 14


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_templates_of_the_system_are_not_changed(ada: Person, method: str) -> None:
    before = (await ada.get(f"{HOME}/system")).json()
    body = None if method == "DELETE" else {"name": "Mine"}
    answer = await send(ada, method, f"/{before[0]['id']}", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "system-template")
    assert (await ada.get(f"{HOME}/system")).json() == before


async def test_any_template_is_copied_into_one_of_ones_own(ada: Person) -> None:
    system = (await ada.get(f"{HOME}/system", language="zh", category="diary")).json()[0]
    copy = (await send(ada, "POST", f"/{system['id']}/duplicate")).json()
    assert (copy["name"], copy["user_id"]) == ("工作日记（副本）", ada.id)
    for name in ("template_content", "description", "category", "language", "tags"):
        assert copy[name] == system[name]
    own = await new(ada, name="x" * 100, is_default=True)
    second = (await send(ada, "POST", f"/{own['id']}/duplicate", {})).json()
    assert (second["name"], second["is_default"]) == (f"{'x' * 93} (copy)", False)
    named = (await send(ada, "POST", f"/{own['id']}/duplicate", {"name": "Named"})).json()
    assert named["name"] == "Named"


async def test_templates_of_others_cannot_be_told_from_ones_that_do_not_exist(
    ada: Person, bob: Person
) -> None:
    created = await new(ada)
    answers = []
    for name in (created["id"], uuid4(), "nonsense", "a%00b"):
        answers += [
            await send(bob, "GET", f"/{name}"),
            await send(bob, "PUT", f"/{name}", {"name": "Taken"}),
            await send(bob, "DELETE", f"/{name}"),
            await send(bob, "POST", f"/{name}/duplicate"),
        ]
    assert {(each.status_code, each.json()["code"], each.json()["detail"]) for each in answers} == {
        (404, "template-not-found", "You have no template with this id")
    }
    assert (await ada.get(f"{HOME}/{created['id']}")).json() == created


async def test_what_could_not_be_filled_is_not_saved(ada: Person) -> None:
    created = await new(ada)
    bad = {"template_content": "{summary}\n{sumary}"}
    for answer in (
        await send(ada, "POST", "", DOCUMENTED | bad),
        await send(ada, "PUT", f"/{created['id']}", bad),
        await send(ada, "POST", "/preview", bad),
    ):
        body = answer.json()
        assert (answer.status_code, body["code"]) == (422, "unknown-placeholder")
        assert "{sumary} is no placeholder; there are {title}, {date}" in body["detail"]
        assert body["errors"][0]["field"] == "body.template_content"
    assert (await ada.get(HOME)).json() == [created]


async def test_a_text_is_checked_and_shown_without_saving_it(ada: Person) -> None:
    text = {"template_content": "# {title}\n{summary} {{x}}", "language": "zh-CN"}
    checked = (await send(ada, "POST", "/validate", text)).json()
    assert (checked["valid"], checked["placeholders"], checked["errors"]) == (True, ["title", "summary"], [])
    shown = (await send(ada, "POST", "/preview", text)).json()["rendered"]
    assert shown == "# 示例：选择活动场地\n这是示例内容。两人比较了几处场地，并为工作坊选定一处。 {x}"
    wrong = (await send(ada, "POST", "/validate", {"template_content": "}"})).json()
    assert (wrong["valid"], len(wrong["errors"])) == (False, 1)
    assert await names(ada) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\x00b"},
        {"template_content": ""},
        {"template_content": "x" * 20_001},
        {"category": " "},
        {"tags": ["x"] * 21},
        {"tags": "x"},
        {"language": "english!"},
        {"description": "x" * 501},
        {"is_default": "perhaps"},
    ],
)
async def test_what_does_not_parse_is_not_saved(ada: Person, fields: dict[str, object]) -> None:
    answer = await send(ada, "POST", "", DOCUMENTED | fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert await names(ada) == []


async def test_what_a_template_needs_is_not_taken_from_it(ada: Person) -> None:
    created = await new(ada)
    for name in ("name", "template_content", "category", "is_default", "is_active", "tags"):
        answer = await send(ada, "PATCH", f"/{created['id']}", {name: None})
        assert answer.status_code == 422, name
    assert (await ada.get(HOME)).json() == [created]
