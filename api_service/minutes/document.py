"""Minutes, whoever made them; every line names what it rests on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Evidence = Literal["there", "changed", "gone"]
Origin = Literal["extracted", "written"]


class Line(BaseModel):
    """Something that was said, and where."""

    model_config = ConfigDict(frozen=True)

    text: str
    segment_ids: list[str] = Field(min_length=1)
    speaker: str = Field(description="Who said it, by the name of then; empty when that is not known")
    start_time: float = Field(description="Seconds from the beginning of the session")
    evidence: Evidence = Field(
        "there",
        description="Whether the transcript still has it: `changed` since then, or `gone` altogether",
    )


class ActionItem(Line):
    """Something that somebody is to do; a candidate for people to confirm."""

    who: str | None = None
    when: str | None = Field(None, description="In the words that were said")


class Chapter(BaseModel):
    """A part of the meeting about one thing."""

    model_config = ConfigDict(frozen=True)

    title: str = Field(description="Words of that part which stand out")
    start_time: float
    end_time: float
    segment_ids: list[str] = Field(min_length=1, description="The first segment of the part")


class Voice(BaseModel):
    """Somebody who spoke. `⟦0⟧` in a text stands for the first of them: a new name needs no new minutes."""

    model_config = ConfigDict(frozen=True)

    spoken_as: str = Field(description="As recognition called the speaker; it never changes")
    name: str = Field(description="The name of then")


class LeftOut(BaseModel):
    """How many more were found than are told, where there were too many for anybody to read."""

    model_config = ConfigDict(frozen=True)

    decisions: int = 0
    action_items: int = 0
    open_questions: int = 0


class Minutes(BaseModel):
    """What is worth keeping of a meeting."""

    model_config = ConfigDict(frozen=True)

    origin: Origin = Field(
        "extracted",
        description="`extracted`: every line is a quotation; `written`: a model's words, with their evidence",
    )
    title: str
    highlights: list[Line] = Field(description="What the summary consists of")
    key_points: list[Line]
    decisions: list[Line] = Field(description="Candidates for people to confirm")
    action_items: list[ActionItem]
    open_questions: list[Line]
    chapters: list[Chapter]
    participants: list[str]
    voices: list[Voice] = []
    left_out: LeftOut = LeftOut()
    dropped_items: int = Field(
        0, description="What a model wrote and nobody said; it is not in these minutes"
    )
