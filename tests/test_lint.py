"""What is written: spelling, links, notebooks' format, DOIs, the order of the rooms. Nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import codespell_lib
import nbformat
import pytest

import dlfb_helpers

ROOT = Path(__file__).parents[1]
WRITTEN = ["*.md", "chapters/**/*.md", "docs/**/*.md", "benchmarks/**/*.md", ".github/**/*.md", "**/README.md"]
CODED = ["dlfb_helpers/**/*.py", "tests/**/*.py", "recipes/**/*.py", "benchmarks/**/*.py", "docs/**/*.py"]

# American spellings of words that are spelt so in Britain too, in another sense.
BRITISH_TOO = {"practice": "the noun", "program": "of a computer", "story": "a tale"}

NOTEBOOKS = sorted([*ROOT.glob("chapters/*.ipynb"), *ROOT.glob("chapters/solutions/*.ipynb")])


def found(patterns: list[str]) -> list[Path]:
    """Return the files of the repository that fit, without those that tools leave (.venv, build, caches)."""
    paths = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    left = {"build", "node_modules", "__pycache__", ".venv", ".ipynb_checkpoints", ".pytest_cache"}
    return sorted(path for path in paths if not left & set(path.relative_to(ROOT).parts))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_code(markdown: str) -> str:
    """Return Markdown without front matter, fenced blocks and code in lines."""
    fenced = r"\A---\n.*?^---\n|^(`{3,}|~{3,}|:{3,}).*?^\1$"
    return re.sub(r"`[^`]*`", " ", re.sub(fenced, "", markdown, flags=re.DOTALL | re.MULTILINE))


def test_words_are_spelt_right(capsys):
    files = [*found(WRITTEN), *found(CODED)]
    assert len(files) > 100
    # Its dictionary knows misspellings of British words too, and lets both spellings be.
    misspelt = codespell_lib.main("--toml", str(ROOT / "pyproject.toml"), *map(str, files))
    assert misspelt == 0, capsys.readouterr().out


def test_spelling_is_british():
    lines = (Path(codespell_lib.__file__).parent / "data/dictionary_en-GB_to_en-US.txt").read_text().splitlines()
    british = {american.strip(", "): word for word, american in (line.split("->") for line in lines)}
    assert british["color"] == "colour" and british["analyze"] == "analyse"
    for path in found(WRITTEN):
        # Titles of works, in italics, keep their spelling.
        left_out = r"\]\([^)]*\)|<[^>]*>|https?://\S+|(?<!\*)\*(?!\*)[^*]+\*"
        text = re.sub(left_out, " ", without_code(path.read_text(encoding="utf-8")))
        for word in re.findall(r"[a-z]+", text.lower()):
            if word not in BRITISH_TOO:
                assert word not in british, f"{named(path)}: {word!r}; the course writes {british[word]!r}"


def sections(markdown: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#{1,6} +(.+)$", without_code(markdown), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


# Sphinx names the links of the site's pages that lead nowhere, tests/chapters/test_chapters.py those of the chapters.
LINKED = [path for path in found(WRITTEN) if not {"docs", "source"} & set(path.parts[len(ROOT.parts) :])]


@pytest.mark.parametrize("path", LINKED, ids=named)
def test_relative_links_lead_somewhere(path):
    text = without_code(path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:href|src)="([^"]+)"', text):
        if not re.match(r"https?:|mailto:", target):
            file, _, section = target.partition("#")
            there = path.parent / file if file else path
            assert there.exists(), f"{named(path)}: the link to {target} leads nowhere"
            if section and there.suffix == ".md":
                assert section in sections(there.read_text(encoding="utf-8")), (
                    f"{named(path)}: {target}: no such section"
                )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_notebooks_are_valid_and_of_the_current_format(path):
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook, relax_add_props=False)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids)), f"{named(path)}: two cells have the same id"


def dois(text: str) -> list[str]:
    """Return what stands after ``doi:`` or ``doi.org/``, without the brackets and stops of the sentence around it."""
    names = []
    for name in re.findall(r"(?:\bdoi: ?\"?|doi\.org/)(10[^\s\"'`\],>]*)", text):
        name = name.rstrip(".;:")
        while name.endswith(")") and name.count(")") > name.count("("):
            name = name[:-1].rstrip(".;:")
        names.append(name)
    return names


def test_dois_are_well_formed():
    assert dois("(see doi:10.1016/0022-2836(82)90515-0); doi.org/10.1/x.)") == [
        "10.1016/0022-2836(82)90515-0",
        "10.1/x",
    ]
    count = 0
    for path in [
        *found(WRITTEN),
        *found(CODED),
        ROOT / "CITATION.cff",
        *ROOT.glob("dlfb_helpers/assets/*/manifest.json"),
    ]:
        text = path.read_text(encoding="utf-8") if path != Path(__file__) else ""
        for doi in dois(text):
            assert re.fullmatch(r"10\.\d{4,9}/[\w.\-;()/:]*[\w)]", doi), f"{named(path)}: {doi!r} is no DOI"
            count += 1
        for name, address in re.findall(r"\[doi:([^\]]+)\]\((\S+?)\)(?!\S*\]\()(?=[\s.,;)]|$)", text):
            assert address == f"https://doi.org/{name}", f"{named(path)}: {name} links to {address}"
    assert count > 50


def test_where_to_change_what_names_files_that_there_are():
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Where to change what")[1].split("\n## ")[0]
    files = set(re.findall(r"`([\w/]+/\w+\.[\w.]+)`", table))
    assert len(files) > 12
    for file in files:
        if not re.search(r"\bname\b|_name\b", file):  # of a chapter
            assert (ROOT / "dlfb_helpers" / file).is_file() or (ROOT / file).is_file(), f"{file} is not there"


@pytest.fixture
def house(tmp_path):
    """A copy of the package's modules, with the contracts, and what ``lint-imports`` says of it."""
    for path in ROOT.glob("dlfb_helpers/**/*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def lint(module: str = "", line: str = "") -> subprocess.CompletedProcess[str]:
        if module:
            (tmp_path / module).parent.mkdir(exist_ok=True)
            (tmp_path / module).write_text(line)
        program = Path(sysconfig.get_path("scripts")) / "lint-imports"
        return subprocess.run([program, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    return lint


def test_the_imports_as_they_are_keep_to_the_order(house):
    assert house().returncode == 0


@pytest.mark.parametrize(
    "module, line, complaint",
    [
        ("files/late.py", "from dlfb_helpers.cli.main import app", "dlfb_helpers.files.late -> dlfb_helpers.cli.main"),
        ("metrics/late.py", "import dlfb_helpers.training.loop", "metrics.late -> dlfb_helpers.training.loop"),
        ("cellar/__init__.py", "", "dlfb_helpers.cellar"),  # a room that the contract does not list
        ("cli/late.py", "from dlfb_helpers.files import ASSETS", "dlfb_helpers.cli.late -> dlfb_helpers.files"),
    ],
)
def test_an_import_that_runs_back_up_or_a_room_unheard_of_is_refused(house, module, line, complaint):
    done = house(f"dlfb_helpers/{module}", line)
    assert done.returncode == 1 and complaint in done.stdout


def test_the_package_names_its_rooms_in_the_order_of_the_contract():
    named = re.findall(r"^    (\w+)  +\S", dlfb_helpers.__doc__, re.MULTILINE)
    contract = re.search(r"layers = \[(.+?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.DOTALL)[1]
    assert named == re.findall(r'"(\w+)"', contract)[::-1]
