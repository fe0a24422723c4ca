"""The quizzes of the chapters."""

import re
from pathlib import Path

import pytest

from dlfb_helpers.lesson import quiz
from dlfb_helpers.lesson.quiz import load_quiz, show_quiz

SOURCES = sorted((Path(__file__).parents[2] / "chapters/source").glob("*.md"))[1:]  # the tour, the first, has no quiz


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_each_chapter_shows_its_quiz_of_four_to_six_explained_questions(source):
    name = source.stem[3:]
    assert f'show_quiz("{name}")' in source.read_text(encoding="utf-8")
    questions = load_quiz(name)
    assert 4 <= len(questions) <= 6
    for question in questions:
        assert question.text.endswith("?"), question.text
        assert 3 <= len(question.options) <= 5
        assert len({option.text for option in question.options}) == len(question.options)
        for option in question.options:
            assert len(option.why.split()) >= 5, f"{question.text}: why {option.text!r} is (not) right"
    places = [[option.right for option in question.options].index(True) for question in questions]
    assert len(set(places)) > 1, "the right option always stands at the same place"


BALANCED = [
    "proteins",
    "one_hot",
    "esm2_embeddings",
    "masking",
    "whole_protein_embeddings",
    "evaluation",
    "honest_evaluation",
]


def test_the_length_of_an_option_does_not_give_it_away():
    """Of three options the right one would be the longest, and the shortest, in a third of the questions by chance."""
    longest, shortest, count = 0, 0, 0
    for question in (question for name in BALANCED for question in load_quiz(name)):
        right = next(len(option.text) for option in question.options if option.right)
        others = [len(option.text) for option in question.options if not option.right]
        longest, shortest, count = longest + (right > max(others)), shortest + (right < min(others)), count + 1
    assert 0.15 < longest / count < 0.45 and 0.15 < shortest / count < 0.5, (longest, shortest, count)


def test_the_page_has_an_unfolding_option_for_each_and_one_right_a_question():
    page = show_quiz("one_hot").data
    questions = load_quiz("one_hot")
    assert page.count("<details") == sum(len(question.options) for question in questions)
    assert page.count("<strong>Right.</strong>") == len(questions) == page.count("<li")
    assert not re.search(r"<script|https?:", page)


def test_text_is_escaped_and_code_and_emphasis_marked():
    assert quiz._inline("a < `b & c` *or* d").data == "a &lt; <code>b &amp; c</code> <em>or</em> d"


def test_an_unknown_chapter_and_a_question_without_answer_are_errors(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="no quiz 'poetry'.*one_hot"):
        load_quiz("poetry")
    text = '[[question]]\ntext = "Why?"\n[[question.option]]\ntext = "So"\nwhy = "because"\n'
    (tmp_path / "none.toml").write_text(text)
    monkeypatch.setattr(quiz, "QUIZZES", tmp_path)
    with pytest.raises(ValueError, match="none.toml, question 1: mark exactly one option"):
        load_quiz("none")
