"""What a page shows of a chapter: solutions, folded cells, figures, tables."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from dlfb_helpers.lesson.shown import LEGIBLE, mark_numbers, picture, shown


def code(source, *tags, **extra):
    return new_code_cell(source, metadata={"tags": list(tags)}, **extra)


def sources(notebook):
    return [cell.source for cell in notebook.cells]


@pytest.fixture
def pair():
    shared = ["# 1 · Title", "x = 1", "See [the solutions]({}).", "### Exercise 2", "## Sources"]
    learner = [new_markdown_cell(text.format("solutions/01_a.ipynb"), id=f"cell-{i}") for i, text in enumerate(shared)]
    solved = [new_markdown_cell(text.format("01_a.ipynb"), id=f"cell-{i}") for i, text in enumerate(shared)]
    learner[4:4] = [code("check_two(...)", "exercise")]
    learner[3:3] = [code("check_one(...)", "exercise")]
    printed = new_output("stream", text="Correct")
    solved[4:4] = [code("help = 2", "solution"), code("check_two(help)", "solution", outputs=[printed])]
    solved[3:3] = [code("check_one(1)", "solution")]
    return new_notebook(cells=learner), new_notebook(cells=solved)


BOTH = [
    "# 1 · Title",
    "x = 1",
    "See [the solutions](solutions/01_a.ipynb).",
    "check_one(...)",
    "check_one(1)",
    "### Exercise 2",
    "check_two(...)",
    "help = 2",
    "check_two(help)",
    "## Sources",
]


def test_solutions_stand_after_the_exercise_that_they_solve(pair):
    assert sources(shown(*pair)) == BOTH


def test_what_a_learner_has_added_or_taken_away_does_not_move_a_solution(pair):
    learner, solved = pair
    learner.cells.insert(1, code("mine = 1"))
    del learner.cells[4]  # the first exercise
    expected = [BOTH[0], "mine = 1", *BOTH[1:3], *BOTH[4:]]
    assert sources(shown(learner, solved)) == expected


def test_an_exercise_at_the_end_has_its_solution(pair):
    learner, solved = pair
    learner.cells.pop()
    solved.cells.pop()
    assert sources(shown(learner, solved)) == BOTH[:-1]


def test_solutions_were_not_executed_with_a_readers_parameters(pair):
    learner, solved = pair
    assert shown(learner, solved).cells[-2].outputs[0].text == "Correct"
    learner.cells.insert(2, code("seed = 7", "injected-parameters"))
    assert shown(learner, solved).cells[-2].outputs == [] and solved.cells[-2].outputs != []


def test_the_notebook_itself_stays_as_it_is(pair):
    before = nbformat.writes(pair[0]), nbformat.writes(pair[1])
    shown(*pair)
    assert before == (nbformat.writes(pair[0]), nbformat.writes(pair[1]))


def test_solutions_and_what_makes_the_page_are_folded_and_nothing_else_is(pair):
    learner, solved = pair
    learner.cells.append(code("draw()", "hide-input"))
    page = shown(learner, solved)
    folded = [cell for cell in page.cells if "hide-cell" in cell.metadata.get("tags", [])]
    assert sources(new_notebook(cells=folded)) == ["check_one(1)", "help = 2", "check_two(help)"]
    words = {cell.source: cell.metadata.mystnb.code_prompt_show for cell in page.cells if "mystnb" in cell.metadata}
    assert set(words) == {"check_one(1)", "help = 2", "check_two(help)", "draw()"}
    assert words["help = 2"] == "Show the solution" and words["draw()"] == "Show the code"


def test_cells_for_other_places_go():
    assert sources(shown(new_notebook(cells=[code("colab()", "remove-cell"), code("x = 1")]))) == ["x = 1"]


def figure(alt, width=None):
    about = {"alt": alt} | ({"width": width} if width else {})
    return new_output("display_data", {"image/png": "AA\nAA\n", "text/plain": alt}, metadata={"image/png": about})


def test_each_figure_carries_its_own_description():
    page = shown(new_notebook(cells=[code("plot()", outputs=[figure("1 < 2"), figure('"Two."', 800)])]))
    first, second = (output.data["text/html"] for output in page.cells[0].outputs)
    assert first == '<img class="figure" src="data:image/png;base64,AAAA" alt="1 &lt; 2">'
    assert 'alt="&#34;Two.&#34;"' in second


def test_a_figure_never_gets_too_small_to_read():
    assert 'width="731" style="min-width: 548px"' in picture("AAAA", "", 731)
    smallest, frame = 9 * 96 / 72, 16  # words of 9 points; the white around the figure on both sides
    assert smallest * (731 * LEGIBLE - frame) / 731 > 8


def marked(frame):
    """The cells, by row, that are marked as numbers; nothing else of the table may change."""
    output = new_output("execute_result", {"text/html": frame.to_html()})
    html = shown(new_notebook(cells=[code("t", outputs=[output])])).cells[0].outputs[0].data["text/html"]
    assert html.replace(' class="number"', "") == frame.to_html()
    return [[part.split("<")[0] for part in row.split(' class="number">')[1:]] for row in html.split("<tr")[1:]]


def test_numbers_are_told_from_words_by_the_column():
    frame = pd.DataFrame(
        {
            "gene": ["INS", "A11"],
            "n": ["1,464", "-"],
            "share": ["87 %", "0.5 %"],
            "p": [0.5, None],
            "id": ["3", "3I40"],
        },
        index=["P1", "2"],
    )
    assert marked(frame) == [["n", "share", "p"], ["1,464", "87 %", "0.5"], ["-", "0.5 %", "NaN"]]


def test_the_index_is_never_marked_whatever_its_levels():
    frame = pd.DataFrame({"n": [1, 2, 3]}, index=pd.MultiIndex.from_tuples([(6, 1), (6, 2), (7, 1)], names=["a", "b"]))
    assert marked(frame) == [["n"], [""], ["1"], ["2"], ["3"]]


def test_the_names_of_columns_over_columns_are_left():
    frame = pd.DataFrame([[1, "x"], [2, "y"]], columns=pd.MultiIndex.from_tuples([("a", "n"), ("a", "word")]))
    assert marked(frame) == [[], ["n"], ["1"], ["2"]]


def test_a_column_without_a_digit_holds_no_numbers():
    assert marked(pd.DataFrame({"a": ["-", "–"]})) == [[], [], []]


def test_a_table_without_rows_stays_as_it_is():
    html = pd.DataFrame({"a": []}).to_html()
    assert mark_numbers(html) == html
