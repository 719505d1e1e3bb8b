"""What a person is told when something cannot be done."""


class Failure(Exception):
    """An expected failure: what happened and, where we know it, what to do about it."""

    def __init__(self, what: str, advice: str | None = None) -> None:
        super().__init__(what if advice is None else f"{what}\n  {advice}")
