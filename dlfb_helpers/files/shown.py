"""Text of other people's as it can be shown in a message: nothing in it steers the terminal, and it has an end."""

from __future__ import annotations


def visible(text: str) -> str:
    """Return `text` with every character that cannot be seen, or that steers a terminal, written as its escape."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def shown(text: object, longest: int = 60) -> str:
    r"""Return `text` as it can be shown in a message: on one line, without control characters, of bounded length.

    Parameters
    ----------
    text : object
        An id, a heading, a path; what has another type is written as `str` does.
    longest : int
        Characters shown; of a longer text the beginning and the end.

    Examples
    --------
    >>> shown("P1\x1b[31m")
    'P1\\x1b[31m'
    >>> shown("A" * 100, longest=20)
    'AAAAAAAAAA ... AAAAA'
    """
    text = str(text)
    if len(text) > longest:
        end = longest // 4
        text = f"{text[: longest - end - 5]} ... {text[-end:]}"
    return visible(text)
