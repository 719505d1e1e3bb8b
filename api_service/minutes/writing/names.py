"""Names in a sentence, as far as they can be told from other words. Pure."""

import re
from collections.abc import Iterator

from api_service.minutes.words import is_function_word, stem

_OWNED = re.compile(r"['’]s\b")
_CAPITAL = r"[A-Z][\w'’-]*[A-Za-z0-9]"
_INSIDE = re.compile(rf"(?<![.!?:;\"“(]\s)(?<=\s){_CAPITAL}")
_FIRST = re.compile(rf"(?:^|(?<=[.!?:;]\s)|(?<=[\"“(]))\s*(?P<word>{_CAPITAL})")
_WORDS = re.compile(r"[^\W_]+")
_ALIKE_LETTERS = 5
_NEVER_OF_A_NAME = re.compile(
    r"(?:tion|sion|ment|ness|ship|ability|ibility)s?$|(?:ically|ously|ively|fully|ably|ibly|ionally|wise)$"
)
_COMMON = frozenset(
    stem(word)
    for word in """
    absence acceptance access account action activity addition additional adjustment administration advice
    agenda agree agreed alternative amount analysis announcement answer any applicant application
    appointment approach approval approximately area argument arrangement aside aspect assessment assignee
    assistant attendance attendee audience audit author authority availability average awareness backend
    background backup balance based basic benefit besides beyond bigger blocker board brand brief budget
    bug building business buy buyer calendar call campaign candidate capacity care case cause central
    certain challenge chance change channel chapter cheaper check choice clarification clarity class clean
    clear client close code coffee colleague comment committee communication community company comparison
    complaint concern conclusion condition confirmation conflict consensus consequently consideration
    contact content contract contribution control conversation coordination copy cost council course
    coverage create credit criteria critical culture current currently customer damage data database date
    day deadline deal debate decide decided decision default delay deliver delivery demand demo department
    depending deployment description design despite detail developer device dialogue difficulty digital
    director disagreement discuss discussed discussion dispute distribution document documentation doubt
    draft due duration during duty early easier editor education effect effort eight email emphasis
    employee end energy engineer engineering entire environment equipment error estimate evaluation
    eventually everything evidence example exchange executive existing expectation expense experience
    expert explanation extra facility factor failure fault fear feature feedback fewer field figure file
    final finally finance financial finding finish five fix focus follow following food former four
    framework free frequent frontend full function fund funding further future gap general generally goal
    government greater group growth guest guidance guideline half head health help hence high higher
    hiring history hold holiday home hope host hour human idea identify image immediate impact implement
    importance important improve improvement inclusion income increase individual industry information
    initial initially input inside instead instruction insurance intention interest interface internal
    interview introduction investigate investment invitation invoice issue item job key knowledge lack
    language large larger later latest launch law lawyer lead leader leadership learning legal less level
    licence license limit line link list listener local location logistics lower main maintain maintenance
    major majority management manager mandatory manual manufacturer market marketing material maximum
    meanwhile measure media meeting member mention message method metric milestone minimum minister minor
    minute mobile model moderator money monitoring month moreover morning motion move multiple music name
    national neither network nevertheless news night nine nobody none note notice notification number
    objection objective offer office officer online open opening operation opinion opportunity option
    order organisation organization original otherwise outcome outline output outside overall overview
    owner package page paper parent part participant participation partner party patient payment pending
    people per percentage performance permission person personal personnel phase phone pilot place plan
    planning platform please point police policy politician position possibility potential power practical
    practice preference preparation prepare presence presentation presenter president press pressure
    previous previously price pricing primary principle prior priority private problem procedure process
    procurement product production professional professor profit program programme progress project
    proposal proposed prototype provide provided provider public purchase purpose quality quantity
    question quick quickly range rate rather reach reaction reason receipt recent recently recommendation
    record recording recruitment reduce reduction reference regarding regardless regular regulation
    relationship release remaining reminder remote repair report representative request requirement
    research resource respect response responsibility responsible rest result retail return revenue review
    revision risk role room routine rule safety salary sale sales sample saving scale schedule scheduled
    school science scope screen search second secondly secretary section sector security selection senior
    series server service session set seven several share shipping short shortly should side sign similar
    simple since single site situation six size skill small smaller society software solution source space
    speaker special specialist specific specification speed spending staff stage stakeholder standard
    start state statement status step storage store story strategy street strong structure student study
    style subject subsequently success suggestion summary supplier supply support survey suspect system
    table target task tax teacher team technical technology ten term test testing text their theme
    therefore third thirdly three thus ticket time timeline timing title tomorrow tonight tool top topic
    total tour trade traffic training transport travel treatment trial trip turn two type understanding
    unfortunately unit university unless unlike upcoming update urgent usage use user usual usually
    validation value various vendor venue version video view visit visitor voice volume vote warehouse
    warning water weather website week weekend weekly weight whether whoever whole wider within work
    worker workflow workload workshop worry write writer year yesterday
    """.split()  # noqa: SIM905 - a list of so many would fill pages
)

_SURNAMES = (
    "王李张刘陈杨赵吴徐孙朱胡郭林罗郑梁宋唐韩冯邓曹彭肖袁潘蒋蔡杜苏魏吕沈姚卢"
    "姜崔谭汪廖贾韦邹孟秦邱薛侯邵龚马黄周"
)
_CHINESE_NAME = re.compile(
    r"(?<![\u4e00-\u9fff])(?:由|请|让)?(?!马上|黄色|黄金|周[一二三四五六日末期边])"
    rf"(?P<full>[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}?)"
    r"(?=负责|来|去|会|将|写|提出|说|认为|同意|建议|表示|确认|准备|发|联系|要|批准|通过|安排|完成|答应|承诺|和|与)"
    rf"|(?P<short>[小老](?P<of>[{_SURNAMES}])|(?P<whose>[{_SURNAMES}])(?:总|经理|老师|工|先生|女士|主任))"
)


def english(text: str, known: set[str]) -> set[str]:
    """Words with a capital that nobody said, and that are no common words; `known` are stems of what was."""
    text = _OWNED.sub("", text)
    inside = {stem(part) for name in _INSIDE.findall(text) for part in _parts(name)}
    first = {part.lower() for found in _FIRST.finditer(text) for part in _parts(found["word"])}
    return {each for each in inside - known if each not in _COMMON} | {
        each for each in first if stem(each) not in known and not _is_common(each, known)
    }


def chinese(text: str, said: str) -> set[str]:
    """Names as they are put before a verb or a title, that nobody said."""
    found = set()
    for match in _CHINESE_NAME.finditer(text):
        called = match["full"] or match["of"] or match["whose"]
        if called not in said:
            found.add(match[0])
    return found


def _parts(name: str) -> Iterator[str]:
    for part in _WORDS.findall(name):
        if not is_function_word(part) and not any(character.isdigit() for character in part):
            yield part


def _is_common(word: str, known: set[str]) -> bool:
    begins = stem(word)[:_ALIKE_LETTERS]
    if stem(word) in _COMMON or _NEVER_OF_A_NAME.search(word):
        return True
    return len(begins) == _ALIKE_LETTERS and any(each.startswith(begins) for each in known)
