"""Words that make a sentence a candidate for a decision, a promise or an open question. Pure.

Explicit commitments are looked for, not modal verbs: who says "we need to" has promised nothing.
"""

import re
from collections.abc import Iterable

_ME = re.compile(
    r"\b(?:I'll|I will|I'm going to)\s+(?:\w+ly |also |just |then )?(?P<verb>[a-z]+)"
    r"|(?:我来|我会|我去|我负责|我明天|我今天|我今晚)(?P<chinese>[\u4e00-\u9fff]+)",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"\b(?:can|could|would|will) (?-i:you) (?:please |maybe |also )?(?P<verb>[a-z]+)"
    r"|\byou(?:'ll| will) (?:have to )?"
    r"(?P<told>prepare|send|write|work|do|make|check|find|book|bring|organi[sz]e)\b"
    r"|\bplease (?P<asked>send|prepare|write|check|book|make sure|finish|"
    r"update|review|share|call|e-?mail)\b"
    r"|(?:请你?|麻烦你?|需要你|你来|你去|你负责|由你)(?P<chinese>[\u4e00-\u9fff]+)",
    re.IGNORECASE,
)
_NO_TASK = re.compile(
    r"^(?:be|say|think|see|know|guess|assume|agree|have|like|hear|imagine|believe|repeat|remember|tell|explain|"
    r"mind|admit|get|start|begin|go|come|show|give|just|talk|understand|never|not|describe|introduce|read|back|leave|hold|put|let|didn|don|do)$"
    r"|^(?:说|介绍|觉得|认为|先说|看一下|想|讲|问|解释|听|坐|稍等)",
    re.IGNORECASE,
)
_DECISION = re.compile(
    r"\b(?:(?:we|we've|we have|it's|it is|that's) (?:all |both )?(?:been )?(?:decided|agreed|settled)\b"
    r"|we agree\b|our decision|the decision is"
    r"|we(?:'ll| will|'re going to| are going to) "
    r"(?:go with|use|stick (?:with|to)|choose|keep|drop|skip|ship|launch|postpone|move)\b"
    r"|let's (?:go with|go for|use|stick (?:with|to)|drop|skip|settle on|keep|postpone)\b"
    r"|(?:we|they) (?:chose|picked|settled on)\b|so we ship\b|we ship (?:on|in|next)\b)"
    r"|(?:我们|大家|最后|最终|就这么|已经)(?:[\u4e00-\u9fff]{0,4})(?:决定|定了|同意|商定|通过|选定)"
    r"|决定(?:采用|使用|推迟|取消|选择|把|在|先|由)|就这么定|定下来了|达成一致|我们(?:就用|选用|采用)",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:(?:still|remains?) (?:open|unclear|undecided|to be (?:decided|seen|clarified))"
    r"|not (?:yet )?(?:decided|clear yet)"
    r"|to be decided|open question"
    r"|we (?:still )?(?:don't|do not) know (?:yet|if|whether|who|what|how|when|where)"
    r"|(?:have|need) to find out|haven't decided)\b"
    r"|还没(?:有)?(?:定|决定|确定|想好)|待定|不确定|还不清楚|需要(?:再)?(?:确认|讨论)|有待",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?:don't know know|no idea|not sure|have to (?:ask|check|find out)|need to (?:ask|check|find out))\b"
    r"|不知道|不清楚|不确定|要问|再确认",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\b(?:(?:by|before|until|on|this|next)\s+"
    r"(?:(?:the )?end of (?:the |this |next )?(?:day|week|month|year|quarter)"
    r"|(?:this |next )?"
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|week|month|meeting|tomorrow|noon|tonight)"
    r"|(?:january|february|march|april|may|june|july"
    r"|august|september|october|november|december)(?: \d{1,2})?)"
    r"|tomorrow(?: morning| afternoon| evening)?|tonight"
    r"|this (?:morning|afternoon|evening)|in \w+ (?:days|weeks))\b"
    r"|(?:(?:下|这|本)?(?:周|星期|礼拜)[一二三四五六日天末]|明天|后天|今天|今晚"
    r"|月底|年底|下个?月|下周|\d{1,2}[月号日](?:\d{1,2}[号日])?)"
    r"(?:[之以]?前|上午|下午|晚上)?",
    re.IGNORECASE,
)


def is_promise(sentence: str) -> bool:
    """The speaker takes something on."""
    return _names_work(_ME.search(_plain(sentence)))


def is_request(sentence: str) -> bool:
    """The speaker asks somebody to do something."""
    return _names_work(_YOU.search(_plain(sentence)))


def assigned(sentence: str, people: Iterable[str]) -> str | None:
    """Who is said by name to do something: `Ada will send`, `由小王负责`."""
    for name in people:
        if re.search(
            rf"{_whole(name)}(?:'ll| will| is going to) (?!be\b|say\b|think\b|know\b)\w", _plain(sentence)
        ) or re.search(rf"(?:由|请|让){_whole(name)}|{_whole(name)}(?:来|去|负责)", sentence):
            return name
    return None


def addressed(sentence: str, people: Iterable[str]) -> str | None:
    """Who is called by name: `Ada, could you`, `could you, Ada`, `小王，你去`. Others are talked about."""
    for name in people:
        if re.search(
            rf"(?:^|[,，;；])\s*(?:(?:and|but|hey|now|ok|okay|please|so|then|well)\s+)?{_whole(name)}"
            rf"\s*(?:[,，:：?？!！.。]|$|你|(?:can|could|will|would) you\b)|\byou,? {_whole(name)}\s*,",
            sentence,
            re.IGNORECASE,
        ):
            return name
    return None


def is_decision(sentence: str) -> bool:
    """What is put as a question decides nothing."""
    return bool(_DECISION.search(_plain(sentence))) and not sentence.endswith(("?", "？", "吗", "吗。"))


def is_open(sentence: str, *, answer: str) -> bool:
    """Said to be open, or asked and answered by not knowing."""
    asked = sentence.endswith(("?", "？"))
    return bool(_OPEN.search(_plain(sentence))) or (asked and bool(_UNKNOWN.search(_plain(answer))))


def due(sentence: str) -> str | None:
    """When, in the sentence's own words."""
    found = _WHEN.search(sentence)
    return found[0] if found else None


def _whole(name: str) -> str:
    """A pattern for a name that is no part of another word. Chinese has nothing between words."""
    quoted = re.escape(name)
    return rf"(?<![^\W_]){quoted}(?![^\W_])" if name.isascii() else quoted


def _plain(text: str) -> str:
    """With one kind of apostrophe; as long as before."""
    return text.replace("’", "'")


def _names_work(found: re.Match[str] | None) -> bool:
    if found is None:
        return False
    work = next((value for value in found.groupdict().values() if value), "")
    return not _NO_TASK.search(work)
