"""Splits a migration into its statements, as the Supabase CLI records them."""

import re

_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* )
    | (?P<block> /\* )
    | (?P<escaped> \b[eE]'(?:[^'\\]|''|\\.)*' )
    | (?P<text> '(?:[^']|'')*' )
    | (?P<name> "(?:[^"]|"")*" )
    | (?P<dollar> (?<![\w$]) \$(?P<tag>[A-Za-z_]\w*|)\$ .*? \$(?P=tag)\$ )
    | (?P<atomic> \bbegin\s+atomic\b )
    | (?P<case> \bcase\b )
    | (?P<end> \bend\b )
    | (?P<stop> ; )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_BLOCK_COMMENT_EDGE = re.compile(r"/\*|\*/")


def split(sql: str) -> list[str]:
    """The statements without their semicolons, each with the comments that stand before it."""
    found, start, position, depth = [], 0, 0, 0
    while token := _TOKEN.search(sql, position):
        position = token.end()
        match token.lastgroup:
            case "block":
                position = _end_of_block_comment(sql, position)
            case "atomic":
                depth += 1
            case "case" if depth:
                depth += 1
            case "end" if depth:
                depth -= 1
            case "stop" if not depth:
                found.append(sql[start : token.start()])
                start = position
    found.append(sql[start:])
    return [statement for each in found if (statement := each.strip())]


def _end_of_block_comment(sql: str, position: int) -> int:
    """Block comments of SQL nest."""
    depth = 1
    while depth and (edge := _BLOCK_COMMENT_EDGE.search(sql, position)):
        depth += 1 if edge.group() == "/*" else -1
        position = edge.end()
    return position if not depth else len(sql)
