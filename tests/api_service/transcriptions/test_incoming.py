"""What a client sends, put beside what is there."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import uuid4

from api_service.transcriptions.incoming import Difference, Incoming, changed, difference, lines, numbered
from api_service.transcripts.repository import Segment


def present(*texts: str) -> list[Segment]:
    """One segment a second: s0, s1, ..."""
    return [
        Segment(
            id=uuid4(),
            segment_id=f"s{place}",
            revision=0,
            speaker="Ada",
            spoken_as="Ada",
            participant_identity=None,
            track_sid=None,
            text=text,
            start_time=float(place),
            end_time=place + 0.5,
            language=None,
            confidence_score=None,
            edited_by=None,
            edited_by_name=None,
            edited_at=None,
            created_at=datetime(2026, 11, 21, tzinfo=UTC),
        )
        for place, text in enumerate(texts)
    ]


def told(result: Difference) -> list[str]:
    changes = [f"{each.segment_id}={each.text}" for each in result.changes]
    return changes + [f"+{each.text}@{each.start_time}" for each in result.added]


def test_lines_become_segments_one_after_the_other() -> None:
    made = numbered(lines("first\n\n second \n"))
    assert [(each.segment_id, each.text, each.start_time, each.end_time) for each in made] == [
        ("000001", "first", 0.0, 0.0),
        ("000002", "second", 0.0, 0.0),
    ]


def test_a_segment_without_a_time_follows_the_one_before() -> None:
    made = numbered([Incoming("a", start=1.0, end=2.0), Incoming("b"), Incoming("c", start=5.0, end=4.0)])
    assert [(each.start_time, each.end_time) for each in made] == [(1.0, 2.0), (2.0, 2.0), (5.0, 5.0)]


def test_segments_without_words_are_none() -> None:
    assert numbered([Incoming(""), Incoming("a")])[0].text == "a"


def test_an_id_says_which_segment_it_is_wherever_it_stands() -> None:
    came = [Incoming("two", "s1"), Incoming("one", "s0")]
    assert told(difference(present("a", "b"), came)) == ["s1=two", "s0=one"]


def test_without_an_id_the_start_says_it() -> None:
    came = [Incoming("new", start=0.5), Incoming("a", start=0.0), Incoming("B", start=1.0)]
    assert told(difference(present("a", "b"), came)) == ["s0=a", "s1=B", "+new@0.5"]


def test_without_a_start_the_place_says_it() -> None:
    assert told(difference(present("a", "", "b"), lines("A\nB\nC"))) == ["s0=A", "s2=B", "+C@2.5"]


def test_what_nothing_came_for_loses_its_words() -> None:
    assert told(difference(present("a", "b", ""), [Incoming("a", "s0")])) == ["s0=a", "s1="]


def test_an_unknown_id_is_a_new_segment() -> None:
    result = difference(present("a"), [Incoming("a", "s0"), Incoming("x", "mine", start=9.0)])
    assert [each.segment_id for each in result.added] == ["mine"]


def test_starts_are_the_same_to_the_millisecond() -> None:
    known = [replace(each, start_time=1.23449) for each in present("a")]
    assert told(difference(known, [Incoming("b", start=1.234)])) == ["s0=b"]
    assert told(difference(known, [Incoming("b", start=1.236)])) == ["s0=", "+b@1.236"]


def test_of_segments_that_start_together_each_is_taken_once() -> None:
    known = [replace(each, start_time=0.0) for each in present("a", "b")]
    came = [Incoming("first", start=0.0), Incoming("second", start=0.0), Incoming("third", start=0.0)]
    assert told(difference(known, came)) == ["s0=first", "s1=second", "+third@0.0"]


def test_followers_hear_of_what_is_new_or_other_than_before() -> None:
    before = present("a", "b")
    after = [before[0], replace(before[1], text="B"), replace(before[1], segment_id="s2")]
    assert changed(before, after) == after[1:]


class Watched(Segment):
    """A segment that counts how often anything of it is looked at."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        Watched.looks += 1
        return super().__getattribute__(name)


def test_a_long_transcript_is_gone_through_once() -> None:
    many = 20_000
    [one] = present("a")
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    known = [
        Watched(**values | {"segment_id": f"s{place}", "start_time": float(place)}) for place in range(many)
    ]
    Watched.looks = 0
    came = [Incoming("b", start=float(place)) for place in reversed(range(many))]
    assert len(difference(known, came).changes) == many
    assert len(changed(known, [])) == 0
    assert changed(reversed(known), known) == []
    assert Watched.looks < 100 * many
