"""The captions of a meeting as a participant sees them: partials grow until their final replaces them."""

from embedded.demo.people import SeenCaption


class CaptionBoard:
    """Every caption once, in the order in which they first appeared."""

    def __init__(self) -> None:
        self._captions: dict[str, SeenCaption] = {}
        self._settled = 0
        self.partials = 0

    def see(self, caption: SeenCaption) -> None:
        """Put a caption in its place. A partial that its final has overtaken is counted and not shown."""
        self.partials += not caption.final
        known = self._captions.get(caption.segment_id)
        if caption.final or known is None or not known.final:
            self._captions[caption.segment_id] = caption

    @property
    def finals(self) -> list[SeenCaption]:
        return [caption for caption in self._captions.values() if caption.final]

    @property
    def unsettled(self) -> list[SeenCaption]:
        """The captions from the first one that still grows to the newest."""
        return list(self._captions.values())[self._settled :]

    def settle(self) -> list[SeenCaption]:
        """The captions that have become final, with all before them, since this was asked last."""
        captions = self.unsettled
        growing = (index for index, caption in enumerate(captions) if not caption.final)
        settled = captions[: next(growing, len(captions))]
        self._settled += len(settled)
        return settled
