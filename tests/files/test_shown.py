"""Other people's text in a message: it cannot steer the terminal, nor fill it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlfb_helpers.files.shown import shown, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P01308", "P01308"),
        ("protéine µ 蛋白", "protéine µ 蛋白"),
        ("P1\x1b[31mred", r"P1\x1b[31mred"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("zero\u200bwidth\0", r"zero\u200bwidth\x00"),
        ("latin\udce9", r"latin\udce9"),
        ("line\u2028end", r"line\u2028end"),
        (r"C:\new", r"C:\new"),
    ],
)
def test_what_cannot_be_seen_is_escaped_and_the_rest_stays(text, expected):
    assert visible(text) == shown(text) == expected
    assert expected.isprintable()


def test_long_text_keeps_its_beginning_and_its_end():
    text = shown("A" * 3_000 + "end")
    assert len(text) == 60 and text.startswith("AAAA") and text.endswith("end") and " ... " in text
    assert shown("A" * 60) == "A" * 60
    assert len(shown(Path("a/" * 500), 300)) == 300
