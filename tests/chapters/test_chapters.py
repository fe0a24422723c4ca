"""The committed chapters: complete, executed in order, legible, and free of traces of a machine.

That their outputs are those that the code gives is shown by ``make test-chapters`` (nbval).
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from statistics import median

import nbformat
import pytest

from dlfb_helpers.lesson.pages import read_chapter
from docs.launch import repository
from recipes.repository import colab_cell

FOLDER = Path(__file__).parents[2] / "chapters"
TOUR = "00_tour"
NAMES = [
    TOUR,
    "01_proteins",
    "02_one_hot",
    "03_esm2_embeddings",
    "04_masking",
    "05_whole_protein_embeddings",
    "06_dataset",
    "07_training",
    "08_evaluation",
    "09_honest_evaluation",
    "10_your_proteins",
]
HEADINGS = [
    "## What you need to know",
    "## Practice",
    "## Article and here",
    "## Exercises",
    "## Quiz",
    "## What to remember",
    "## Further reading",
    "## Sources",
]
OPTIONAL_HEADINGS = {"## Article and here"}  # only where the article gives figures
TOUR_ENDS = ["## Article and here", "## Sources"]  # what its numbered steps lead up to
MOST_OF_TOUR = 40  # cells
LONGEST_CELL = 15  # lines
LONGEST_IMPORTS = 20  # a list, read at a glance
LARGEST_CHAPTER = 1_500_000  # bytes
MACHINE_PATH = re.compile(r"(?<![\w.])(/(home|Users|root|tmp|work|private|var/folders)/|[A-Z]:\\+Users)")


@pytest.fixture(params=NAMES)
def chapter(request):
    path = FOLDER / f"{request.param}.ipynb"
    assert path.is_file(), f"{path.name} is missing"
    return path


@pytest.fixture
def notebook(chapter):
    return nbformat.read(chapter, as_version=4)


def code_cells(notebook) -> list[tuple[str, nbformat.NotebookNode]]:
    """Return the code cells but Colab's, each with words that say which it is."""
    code = [(number, cell) for number, cell in enumerate(notebook.cells, start=1) if cell.cell_type == "code"]
    cells = [(number, cell) for number, cell in code if "remove-cell" not in tags(cell)]
    return [(f"cell {number} ({(cell.source.splitlines() or ['empty'])[0]!r})", cell) for number, cell in cells]


def markdown(notebook) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def headings(notebook) -> list[str]:
    """Return the headings outside fenced code."""
    text = re.sub(r"^```.*?^```", "", markdown(notebook), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#{1,6} .+$", text, re.MULTILINE)


def of_chapters(names: list[str]) -> list[str]:
    """Return the names without the tour, which walks through the chapters' steps and teaches none of them."""
    return [name for name in names if name != TOUR]


@pytest.fixture
def tour():
    return nbformat.read(FOLDER / f"{TOUR}.ipynb", as_version=4)


def test_the_folder_holds_the_tour_the_ten_chapters_and_no_other_notebook():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


def test_the_picture_of_the_readme_is_the_first_figure_of_chapter_8():
    cells = nbformat.read(FOLDER / "08_evaluation.ipynb", as_version=4).cells
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    figure = next(entry["image/png"] for entry in data if "image/png" in entry)
    path = FOLDER / "images/true_and_predicted.png"
    assert path.read_bytes() == base64.b64decode(figure), f"write the figure to {path.relative_to(FOLDER.parent)} again"


def test_it_opens_with_number_title_promise_and_a_table(chapter, notebook):
    told = read_chapter(chapter)
    assert re.match(rf"{int(chapter.name[:2])} · \S", told.title), f"the title is {told.title!r}, not 'N · Title'"
    assert told.promise.endswith((".", "!", "?")), f"no one-sentence promise under the title: {told.promise!r}"
    assert told.minutes, "the opening table states no minutes beside Time"
    for word in ("Questions", "Objectives", "Time", "Builds on"):
        assert f"**{word}**" in notebook.cells[0].source, f"the opening table has no **{word}**"


@pytest.mark.parametrize("chapter", of_chapters(NAMES), indirect=True)
def test_it_has_the_headings_of_every_chapter_in_their_order(notebook):
    second_level = [heading for heading in headings(notebook) if heading.startswith("## ")]
    expected = [h for h in HEADINGS if h in second_level or h not in OPTIONAL_HEADINGS]
    assert second_level == expected
    assert sum(heading.startswith("# ") for heading in headings(notebook)) == 1
    assert "### " in markdown(notebook), "the practice has no steps"


def test_each_step_of_the_tour_leads_to_the_chapter_that_goes_deeper(tour):
    headings_and_texts = re.split(r"^(## .+)$", markdown(tour), flags=re.MULTILINE)[1:]
    steps = dict(zip(headings_and_texts[::2], headings_and_texts[1::2]))
    assert list(steps)[-2:] == TOUR_ENDS
    for number, (heading, text) in enumerate(list(steps.items())[:-2], start=1):
        assert heading.startswith(f"## {number}. ")
        assert re.search(r"More in\s+\[chapter \d+\]\(\d\d_\w+\.ipynb\)", text), f"{heading} leads to no chapter"
    linked = set(re.findall(r"\]\((\w+)\.ipynb\)", markdown(tour)))
    assert linked == set(of_chapters(NAMES)), "the tour leads to each chapter"


def test_the_tour_is_short(tour):
    lines = [len(cell.source.splitlines()) for _, cell in code_cells(tour)]
    assert len(lines) <= MOST_OF_TOUR and median(lines) <= 4


def test_the_tour_tells_the_articles_figures_beside_its_own_and_why_they_differ(tour):
    (shown,) = code_cells(tour)[-1][1].outputs
    assert shown.data["text/plain"].split()[:2] == ["article", "here"]
    assert "(650M there)" in shown.data["text/plain"] and "(other files)" in shown.data["text/plain"]
    (auprc,) = [line.split() for line in shown.data["text/plain"].splitlines() if line.startswith("test auprc")]
    assert float(auprc[2]) == 0.41 and 0.3 < float(auprc[3]) < 0.6


def test_it_imports_first_then_declares_its_parameters(notebook):
    cells = [cell for _, cell in code_cells(notebook)]
    assert "import" in cells[0].source and "parameters" in tags(cells[1])
    assert sum("parameters" in tags(cell) for cell in cells) == 1
    assert not any("injected-parameters" in tags(cell) for cell in cells)
    given: dict[str, object] = {}
    exec(cells[1].source, given)  # plain assignments, as papermill wants them
    assert (given["checkpoint"], given["data_dir"], given["seed"]) == ("course", "course", 42)


def test_every_code_cell_was_executed_once_in_order(notebook):
    counts = {place: cell.execution_count for place, cell in code_cells(notebook)}
    assert list(counts.values()) == list(range(2, len(counts) + 2)), f"execution counts: {counts}"  # Colab's is 1


def test_a_hidden_cell_under_the_title_makes_it_run_on_colab(notebook):
    title, cell = notebook.cells[:2]
    expected = colab_cell(repository(FOLDER.parent / "pyproject.toml"))
    assert title.cell_type == "markdown" and cell.execution_count == 1 and cell.outputs == []
    assert (cell.source, cell.metadata, cell.id) == (expected.source, expected.metadata, expected.id)


def test_no_cell_ended_in_an_error_or_wrote_to_stderr(notebook):
    for place, cell in code_cells(notebook):
        for output in cell.outputs:
            assert output.output_type != "error", f"{place} raised {output.get('ename')}: {output.get('evalue')}"
            assert output.get("name") != "stderr", f"{place} wrote to stderr: {output.text[:200]}"


def test_cells_are_short(notebook):
    for place, cell in code_cells(notebook):
        longest = LONGEST_IMPORTS if place == code_cells(notebook)[0][0] else LONGEST_CELL
        lines = len(cell.source.splitlines())
        assert 0 < lines <= longest, f"{place} has {lines} lines"


def test_every_figure_is_described_and_then_read(notebook):
    for position, cell in enumerate(notebook.cells):
        images = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        for output in images:
            alt = output.metadata.get("image/png", {}).get("alt", "")
            assert len(alt.split()) >= 4, f"cell {position + 1}: a figure without a description (alt {alt!r})"
        if images:
            after = notebook.cells[position + 1 : position + 2]
            assert after and after[0].cell_type == "markdown", f"cell {position + 1}: no prose reads its figure"
    assert "image/svg+xml" not in str(notebook), "a figure as SVG: nbval compares its random ids"


@pytest.mark.parametrize("chapter", of_chapters(NAMES), indirect=True)
def test_further_reading_has_three_to_five_works_with_their_doi(notebook):
    part = markdown(notebook).split("## Further reading")[1].split("\n## ")[0]
    works = re.split(r"^- ", part, flags=re.MULTILINE)[1:]
    assert 3 <= len(works) <= 5
    for work in works:
        name, address = re.search(r"\[doi:([^\]]+)\]\(https://doi\.org/([^)\s]+)\)", work).groups()
        assert name == address and re.fullmatch(r"10\.\d{4,9}/\S+", name), work


@pytest.mark.parametrize("chapter", of_chapters(NAMES), indirect=True)
def test_what_to_remember_is_a_short_list(notebook):
    points = markdown(notebook).split("## What to remember")[1].split("\n## ")[0]
    assert 3 <= len(re.findall(r"^[-*] ", points, re.MULTILINE)) <= 5


def test_it_bears_no_trace_of_a_machine(chapter, notebook):
    assert set(notebook.metadata) <= {"kernelspec", "language_info"}, f"metadata: {sorted(notebook.metadata)}"
    assert notebook.metadata.kernelspec.name == "python3"
    for number, cell in enumerate(notebook.cells, start=1):
        assert not {"papermill", "execution"} & set(cell.metadata), f"cell {number} has metadata of a run"
        texts = [cell.source] + [str(output.get("text", output.get("data", ""))) for output in cell.get("outputs", [])]
        for text in texts:
            without_images = re.sub(r"'image/png': '[^']*'", "", text)
            found = MACHINE_PATH.search(without_images)
            assert not found, f"cell {number} names a path of a machine: {without_images[found.start() :][:80]}"


def test_it_is_small(chapter):
    size = chapter.stat().st_size
    assert size < LARGEST_CHAPTER, f"{chapter.name} has {size:,} bytes"


def test_its_links_lead_somewhere(chapter, notebook):
    for target in re.findall(r"\]\(([^)\s]+)\)", markdown(notebook)):
        if not re.match(r"(https?:|mailto:|attachment:)", target):
            file, _, section = target.partition("#")
            there = (chapter.parent / file) if file else chapter
            assert there.exists(), f"the link to {target} leads nowhere"
            if section and there.suffix == ".ipynb":
                titles = [re.sub(r"^#+ ", "", h) for h in headings(nbformat.read(there, as_version=4))]
                assert section in {title.replace(" ", "-") for title in titles}, f"{target}: no such section"
