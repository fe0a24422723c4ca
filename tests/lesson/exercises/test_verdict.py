"""What an exercise answers."""

import numpy as np
import pytest

from dlfb_helpers.lesson.exercises.verdict import (
    NotYet,
    Verdict,
    agree,
    array,
    check,
    fraction,
    number,
    recognise,
    result_of,
    text,
)


@check
def check_seven(answer):
    agree(answer, 7.0, "The sum", {"This is the product.": 12.0})
    return "Three and four."


def test_a_right_answer_is_told_why():
    assert check_seven(7) == Verdict(True, "Three and four.")
    assert repr(check_seven(np.float32(7))) == "Correct. Three and four."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (12, "This is the product."),
        (8, "The sum is too high: 8."),
        (6.5, "The sum is too low: 6.5."),
        ("7", "should be a number, but is of type str"),
        ([7, 7], "should be a number, but is of type list, shape (2,)"),
        (float("nan"), "is NaN"),
        (..., "three dots"),
        (None, "None"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(answer, words):
    verdict = check_seven(answer)
    assert not verdict.correct and words in verdict.message
    assert repr(verdict).startswith("Not yet. ")


def test_an_error_of_the_answer_becomes_a_verdict_in_plain_words():
    @check
    def check_length(answer):
        return str(len(answer))

    message = check_length(3).message
    assert (
        message.startswith("The answer, of type int, is not what the exercise asks for") and "TypeError" not in message
    )


def test_a_verdict_is_safe_html():
    page = Verdict(False, "a < b & <script>")._repr_html_()
    assert "<strong>Not yet.</strong> a &lt; b &amp; &lt;script&gt;" in page


def test_a_learners_function_is_called_and_its_trouble_told():
    assert result_of(lambda x: x + 1, 2) == 3
    with pytest.raises(NotYet, match="without brackets"):
        result_of(3)
    with pytest.raises(NotYet, match="raises ZeroDivisionError"):
        result_of(lambda x: 1 / x, 0)
    with pytest.raises(NotYet, match="returns nothing"):
        result_of(lambda x: None, "a" * 100)
    with pytest.raises(NotYet, match=r"\(a list of 2\) returns nothing"):
        result_of(lambda x: None, ["MA", "MC"])


def test_arrays_need_their_shape():
    assert array([[1, 2]], [-1, 2], "It").shape == (1, 2)
    with pytest.raises(NotYet, match=r"It should have the shape \(any, 3\), but has \(1, 2\)\."):
        array([[1, 2]], [-1, 3], "It")


def test_numbers_of_any_library_are_numbers():
    assert number(np.array(2), "n") == 2.0
    with pytest.raises(NotYet, match="of type ndarray"):
        number(np.zeros(2), "n")


def test_a_fraction_is_at_most_one_and_a_text_is_a_string():
    assert fraction(np.float32(0.5), "The share") == 0.5 and text("MALWM", "The answer") == "MALWM"
    assert text(["M"], "The answer") == "M"
    with pytest.raises(NotYet, match="The share lies between 0 and 1: is this in percent"):
        fraction(50, "The share")
    with pytest.raises(NotYet, match="The answer should be one string, but is of type list"):
        text(["M", "N"], "The answer")


def test_the_first_mistake_that_fits_is_said():
    mistakes = {"These are twice as large.": [2.0, 4.0], "The sign is turned.": [-1.0, -2.0]}
    recognise(np.array([1.0, 2.0]), mistakes, tolerance=0.01)
    with pytest.raises(NotYet, match="The sign is turned."):
        recognise(np.array([-1.0, -2.001]), mistakes, tolerance=0.01)
