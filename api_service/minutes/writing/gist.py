"""What a meeting was about, in as few lines as a title needs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from api_service.minutes.extracting import extract, title_of
from api_service.minutes.transcript import Said, of_text
from api_service.minutes.writing.chunks import tokens_in
from api_service.minutes.writing.evidence import is_fit_for_title
from api_service.minutes.writing.grounding import Source, invents

_MOST_TOKENS = 1200


@dataclass(frozen=True, slots=True)
class Gist:
    """Of one meeting."""

    lines: Sequence[str]
    quoted: str
    """A title in words that were said."""

    source: Source

    def bears_out(self, title: str) -> bool:
        # In titles every word may begin with a capital.
        return is_fit_for_title(title) and not invents(
            title.lower(), cited=self.source.text, source=self.source
        )


def gist_of(transcript: Sequence[Said], summary: str) -> Gist:
    """Of a summary where there is one, else of what extraction finds; of a short talk, of all of it."""
    texts = [said.text for said in transcript]
    lines = [said.text for said in of_text(summary)] or _found(transcript) or texts
    known = [*texts, *lines, *dict.fromkeys(said.speaker for said in transcript)]
    return Gist(_fitting(lines), title_of(texts), Source(" ".join(known)))


def _found(transcript: Sequence[Said]) -> list[str]:
    minutes = extract(transcript)
    lines = [*minutes.key_points, *minutes.decisions, *minutes.action_items]
    return list(dict.fromkeys(line.text for line in lines))


def _fitting(lines: Sequence[str]) -> list[str]:
    fitting: list[str] = []
    left = _MOST_TOKENS
    for line in lines:
        left -= tokens_in(line) + 1
        if left < 0 and fitting:
            break
        fitting.append(line[:_MOST_TOKENS])
    return fitting
