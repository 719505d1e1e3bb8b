"""How far what was heard is from what was said."""

import re


def words(text: str) -> list[str]:
    """Lower case and without punctuation."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("-", " "))


def errors(said: list[str], heard: list[str]) -> int:
    """Words to insert, delete or replace."""
    row = list(range(len(heard) + 1))
    for count, word in enumerate(said, 1):
        diagonal, row[0] = row[0], count
        for place, other in enumerate(heard, 1):
            diagonal, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]
