"""What was said is kept in a model's words, and what was made up is not: a table of both."""

import time

import pytest

from api_service.minutes.transcript import Said
from api_service.minutes.writing.answers import Point, Task
from api_service.minutes.writing.claims import is_borne_out
from api_service.minutes.writing.evidence import Examiner
from api_service.minutes.writing.numerals import heard
from api_service.minutes.writing.voices import Voices
from tests.api_service.minutes.writing.scripted_model import noted
from tests.api_service.minutes.writing.talk import one_chunk, talk

ENGLISH = talk(
    (
        "Ada",
        "The Italian problem is about the budget, which is five thousand euros for the customer in 2010.",
    ),
    ("Grace", "We maybe order the printer then, for three to four million at most, as marketing wants it."),
    (
        "Ada",
        "Yes I will order the printer in two weeks, at half past three, and Rob Miller can pay 2.5 percent.",
    ),
    ("Grace", "Alice said that the first version comes in the third quarter, with twenty five people on it."),
    (
        "Ada",
        "The vendors were asked to send their offers by the twenty first, we need to approve one of them.",
    ),
    ("Grace", "The deployment to the servers failed two times, so we will automate the release process."),
    ("Ada", "Well, thanks, and what about the coffee machine that everybody was complaining about?"),
    ("Grace", "Nobody knows, perhaps it can be repaired."),
    ("Ada", "The workshop with the students is on Friday, in room two hundred and four, at ten."),
)
CHINESE = talk(
    ("王明", "我们讨论了预算，今年的预算是五千元，客户要的报告十号之前交。"),
    ("李雷", "我去写报告，两千五百块的打印机我们下周三买，大概三万五左右。"),
    ("王明", "张伟负责联系客户，百分之二十的钱先付，两个星期以后再说。"),
    ("李雷", "这个方案十分重要，二零二六年之前要完成，请李经理批准。"),
)


def kept(transcript: list[Said], text: str, *refs: int) -> bool:
    found = Examiner(one_chunk(transcript), Voices(transcript)).found(
        noted(decisions=[Point(text=text, refs=list(refs))])
    )
    assert len(found.decisions) + found.dropped == 1
    return bool(found.decisions)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("The budget is five thousand euros.", 1),
        ("The budget is 5,000 euros.", 1),
        ("Budget of 5k for the customer.", 1),
        ("The customer has a budget of €5000.", 1),
        ("There are two reasons to order the printer.", 2),
        ("They spend 3 million euros on the printer.", 2),
        ("They spend up to 4,000,000 on the printer.", 2),
        ("They spend 3-4 million on the printer.", 2),
        ("S0 orders the printer within 2 weeks.", 3),
        ("S0 orders the printer at 3:30.", 3),
        ("S0 orders the printer at 15:30.", 3),
        ("Rob Miller pays 2.5% of it.", 3),
        ("Miller pays two point five percent.", 3),
        ("Alice expects the first version in Q3.", 4),
        ("Version 1 is worked on by 25 people.", 4),
        ("The first version has twenty-five people.", 4),
        ("Marketing wants the printer.", 2),
        ("Vendors send their offers by the 21st.", 5),
        ("Approval of one of the offers is needed.", 5),
        ("Participants agreed that the vendors send offers.", 5),
        ("Deployment failed 2 times.", 6),
        ("Automation of the release process was agreed.", 6),
        ("Everyone complains about the coffee machine.", 7),
        ("Discussion: the coffee machine may be repaired.", 8),
        ("Students come to the workshop in room 204.", 9),
        ("Repairing the coffee machine is still open.", 7),
        ("One of the two speakers will order it.", 3),
        ("Overall, the team was unhappy with the coffee machine.", 7),
        ("S1's printer has to be ordered.", 2),
    ],
)
def test_what_was_said_in_english_is_kept(text: str, ref: int) -> None:
    assert kept(ENGLISH, text, ref)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("The budget is fifty thousand euros.", 1),
        ("The budget is 50000 euros.", 1),
        ("The budget is five million euros.", 1),
        ("The budget for the customer is 2 million euros.", 1),
        ("The budget for the customer is $3.", 8),
        ("The printer is ordered in eight weeks.", 3),
        ("The printer is ordered in six weeks.", 3),
        ("S0 orders the printer at 6:40.", 3),
        ("The customer has to pay 7.5 percent.", 3),
        ("Version 7 comes with 25 people.", 4),
        ("Mallory approved the budget for the customer.", 1),
        ("It was said that Mallory approved the budget.", 1),
        ("The budget was approved. Mallory agreed to it.", 1),
        ("Mallory's budget is for the customer.", 1),
        ("Mallory approves budget.", 1),
        ("Siemens will order the printer for them.", 2),
        ("Bob and S0 will order the printer.", 3),
        ("The workshop with the students is on Monday.", 9),
        ("Monday: the workshop with the students.", 9),
        ("HR has to send the offers of the vendors.", 5),
        ("Students come to the workshop in room 205.", 9),
    ],
)
def test_what_was_made_up_in_english_is_left_out(text: str, ref: int) -> None:
    assert not kept(ENGLISH, text, ref)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("预算是五千元。", 1),
        ("预算是5000元。", 1),
        ("预算为5千元，报告十号之前交。", 1),
        ("报告在10号前交给客户。", 1),
        ("花2500块买打印机。", 2),
        ("买打印机大概三万五千。", 2),
        ("买打印机大概3.5万元。", 2),
        ("张伟负责联系客户。", 3),
        ("先付20%的钱。", 3),
        ("先付百分之二十的钱，两周以后再说。", 3),
        ("讨论了三个问题：预算、客户和报告。", 1),
        ("2026年之前完成方案，由李经理批准。", 4),
        ("这个方案千万要在二〇二六年之前完成。", 4),
        ("方案进一步完善以后一起批准。", 4),
    ],
)
def test_what_was_said_in_chinese_is_kept(text: str, ref: int) -> None:
    assert kept(CHINESE, text, ref)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("预算是五万元。", 1),
        ("预算是5万元。", 1),
        ("预算是五百元。", 1),
        ("花三千五百块买打印机。", 2),
        ("先付百分之三十的钱。", 3),
        ("六个星期以后再说。", 3),
        ("二零二七年之前完成方案。", 4),
        ("刘洋负责联系客户。", 3),
        ("由马云写报告给客户。", 2),
        ("请陈经理批准方案。", 4),
    ],
)
def test_what_was_made_up_in_chinese_is_left_out(text: str, ref: int) -> None:
    assert not kept(CHINESE, text, ref)


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("预算是五千欧元，星期五交报告，五月再说。", True),
        ("预算是5000欧元。", True),
        ("预算是九千欧元。", False),
    ],
)
def test_numbers_are_compared_across_languages(text: str, *, is_kept: bool) -> None:
    assert kept(ENGLISH, text, 1) is is_kept


@pytest.mark.parametrize(
    "unit",
    ["1", "1 ", "1,", "1,111 ", "hundred ", "one ", "million to ", "三", "3万", "半", "A-", "一百", "1:"],
)
def test_texts_of_nothing_but_numbers_are_read_at_once(unit: str) -> None:
    long = (unit * 60_000)[:60_000]
    began = time.process_time()
    assert not is_borne_out(f"It is {long[:6000]} or 777.", heard(long))
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("who", "when", "left"),
    [
        ("Rob Miller", "in two weeks", ("Rob Miller", "in two weeks")),
        ("Rob", "in 2 weeks", ("Rob", "in 2 weeks")),
        ("the customers", "at 3:30", ("the customers", "at 3:30")),
        ("Ian", "May 10", (None, None)),
        ("Art", "7", (None, None)),
        ("S0 and Alice", "by Friday", ("⟦0⟧ and Alice", None)),
        ("Bob", "next month", (None, None)),
        ("Alice and Bob", "in six weeks", (None, None)),
    ],
)
def test_who_and_when_are_words_that_were_said(
    who: str, when: str, left: tuple[str | None, str | None]
) -> None:
    task = Task(text="The printer has to be ordered.", refs=[3], who=who, when=when)
    [item] = Examiner(one_chunk(ENGLISH), Voices(ENGLISH)).found(noted(action_items=[task])).action_items
    assert (item.who, item.when) == left


@pytest.mark.parametrize(
    ("who", "when", "left"),
    [
        ("张伟", "下周三", ("张伟", "下周三")),
        ("客户", "10号之前", ("客户", "10号之前")),
        ("刘洋", "周五", (None, None)),
        ("S1", "二十八号", ("⟦1⟧", None)),
    ],
)
def test_who_and_when_are_words_that_were_said_in_chinese(
    who: str, when: str, left: tuple[str | None, str | None]
) -> None:
    task = Task(text="打印机要买。", refs=[2], who=who, when=when)
    [item] = Examiner(one_chunk(CHINESE), Voices(CHINESE)).found(noted(action_items=[task])).action_items
    assert (item.who, item.when) == left
