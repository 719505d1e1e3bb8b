"""What stands on the screen while captions grow."""

from embedded.demo.captions import CaptionBoard
from embedded.demo.people import SeenCaption


def play(board: CaptionBoard, script: str) -> list[str]:
    """Words like `a:one` are partials, `a:one!` finals; returns what has settled."""
    settled: list[str] = []
    for word in script.split():
        segment, text = word.split(":")
        board.see(SeenCaption(segment, "ada", text.rstrip("!"), text.endswith("!"), 0.0))
        settled += [caption.text for caption in board.settle()]
    return settled


def test_a_final_takes_the_place_of_its_partials() -> None:
    board = CaptionBoard()
    assert play(board, "a:o a:on a:one!") == ["one"]
    assert board.partials == 2
    assert not board.unsettled


def test_a_caption_settles_only_after_those_that_began_before_it() -> None:
    board = CaptionBoard()
    assert play(board, "a:o b:t b:two!") == []
    assert [caption.text for caption in board.unsettled] == ["o", "two"]
    assert play(board, "a:one!") == ["one", "two"]


def test_a_partial_that_comes_after_its_final_changes_nothing() -> None:
    board = CaptionBoard()
    play(board, "a:one! a:on")
    assert [caption.text for caption in board.finals] == ["one"]
    assert board.partials == 1
