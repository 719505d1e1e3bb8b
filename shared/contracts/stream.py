"""What a client and the speech service say to each other over the WebSocket at `STREAM_PATH`.

The client sends `Start` as its first message, then mono little-endian int16 samples as binary messages of
any length, then `Stop`. The service answers `Listening`, then a `StreamCaption` for every version of every
caption, and after `Stop`, when the last final is out, `Stopped`; then it closes with 1000. A failure is a
`StreamProblem`, after which the service closes with the code that fits it.

Somebody whose connection broke opens another with the same `track`, sends what followed the last final
again, and gives as `offset` where that lies and as `revision` a number above all that came before: ids and
times go on as if nothing had happened, and what comes now counts more than what was seen of it. Partials of
the broken connection whose ids do not come again are to be forgotten: none of them becomes a final.

Who sends nothing for a second longer than what came last takes to say has paused: what is being said ends.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.captions import FIRST_HUMAN_REVISION, Spoken
from shared.contracts.stt import Language, Word
from shared.problems import Problem

STREAM_PATH = "/stream"

Hint = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Start(BaseModel):
    """How the audio is to be heard."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["start"] = "start"
    sample_rate: int = Field(16_000, ge=4_000, le=192_000, description="Hertz")
    language: Language | None = Field(None, description="What is spoken, as a BCP 47 tag")
    hints: list[Hint] = Field([], max_length=100, description="Words that are likely to be said")
    words: bool = Field(False, description="Also the place of each word, if the engine knows")
    track: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_.:-]{1,100}$",
        description="What ids of captions begin with; one is made up where none is given",
    )
    offset: float = Field(
        0.0, ge=0, le=1e8, description="Where the first sample lies on the caller's clock, in seconds"
    )

    revision: int = Field(
        0,
        ge=0,
        lt=FIRST_HUMAN_REVISION // 2,
        description="What revisions are counted from: above all of the connection that this one goes on from",
    )


class Stop(BaseModel):
    """Nothing follows; what is being said ends here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["stop"] = "stop"


class Listening(BaseModel, frozen=True):
    """The service takes audio from now on."""

    type: Literal["listening"] = "listening"
    track: str
    offset: float
    engine: str = Field(description="What runs the model: funasr, faster-whisper or moonshine")
    model: str


class StreamCaption(Spoken, frozen=True):
    """One version of a caption, with times on the caller's clock."""

    type: Literal["caption"] = "caption"
    words: list[Word] | None = Field(default=None, description="With times on the caller's clock, too")
    failure: str | None = Field(
        default=None,
        description="Code of the problem that kept a final from being recognised; its text was shown last",
    )


class Stopped(BaseModel, frozen=True):
    """All finals are out."""

    type: Literal["stopped"] = "stopped"
    heard_seconds: float = Field(ge=0, description="How much audio arrived")


class StreamProblem(BaseModel, frozen=True):
    """Why the service ends the stream."""

    type: Literal["problem"] = "problem"
    problem: Problem
