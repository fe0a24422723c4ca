"""Slides of a chapter, for whoever teaches it: one HTML file, made from the executed notebook, with nothing to load.

A slide is a screen's height of one page, so that any browser turns slides by scrolling, with or without a script, and
prints one on a sheet.
"""

from __future__ import annotations

import base64
import html
import re
import struct

from markdown_it import MarkdownIt
from nbformat import NotebookNode

from dlfb_helpers.lesson.pages import Chapter, plain

LETTERS = 240  # of a text beside a figure, at most
IDEAS = 4  # on a slide, at most
ROWS = 11  # of a table, at most
TABLE = re.compile(r"<table\b.+?</table>", re.DOTALL)
MARKDOWN = MarkdownIt("commonmark")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides: {title}</title>
<link rel="stylesheet" href="../_static/slides.css">
<script defer src="../_static/slides.js"></script>
</head>
<body>
<main>
{slides}
</main>
</body>
</html>
"""


def deck(chapter: Chapter, notebook: NotebookNode) -> str:
    """Return a chapter's page of slides: its questions, ideas, figures, exercises, quiz and what to remember."""
    questions = re.search(r"^\| \*\*Questions\*\* \| (.+) \|$", notebook.cells[0].source, re.MULTILINE)[1]
    asked = "".join(f"<li>{_inline(text)}</li>" for text in re.findall(r"[^?]+\?", questions))
    minutes = f'<p class="quiet">{chapter.minutes} minutes, exercises included</p>'
    slides = [f"<section><h1>{html.escape(chapter.title)}</h1>\n<ul>{asked}</ul>\n{minutes}</section>"]
    for heading, cells in _sections(notebook):
        slides += _slides(plain(heading), cells)
    page = PAGE.format(title=html.escape(chapter.title), slides="\n".join(slides))
    # Links between notebooks lead to the site's pages, which lie in a folder beside this one.
    return re.sub(r'href="(?:solutions/)?(\w+)\.(?:ipynb|md)(#[^"]*)?"', r'href="../chapters/\1.html"', page)


def _sections(notebook: NotebookNode) -> list[tuple[str, list[NotebookNode]]]:
    """Cut the cells at headings of the second and third level; what stands before the first is left out."""
    sections: list[tuple[str, list[NotebookNode]]] = []
    for cell in notebook.cells[1:]:
        pieces = re.split(r"^#{2,3} +(.+)$", cell.source, flags=re.MULTILINE) if cell.cell_type == "markdown" else []
        if sections and (not pieces or pieces[0].strip()):
            before = {"source": pieces[0]} if pieces else {}
            sections[-1][1].append(NotebookNode({**cell, **before}))
        for heading, text in zip(pieces[1::2], pieces[2::2]):
            sections.append((heading, [NotebookNode({**cell, "source": text})]))
    return sections


def _slides(heading: str, cells: list[NotebookNode]) -> list[str]:
    """Return the slides of one section."""
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    outputs = [_html(output) for cell in cells for output in cell.get("outputs", [])]
    if heading in ("Practice", "Exercises", "Further reading", "Sources"):
        return []
    if heading == "What to remember":
        return [_slide(heading, MARKDOWN.render(text.partition("Next:")[0]))]
    if heading == "Quiz":
        questions = re.findall(r"<li\b[^>]*>(.+?)</li>", "".join(outputs), re.DOTALL)
        return [_slide(heading, question) for question in questions]
    if heading.startswith("Exercise "):
        return [_slide(heading, MARKDOWN.render(text.partition("<details>")[0]), "exercise")]
    if heading == "What you need to know":
        ideas = [f"<li>{_inline(_short(p))}</li>" for p in _paragraphs(text) if p.startswith("**")]
        parts = [ideas[start : start + IDEAS] for start in range(0, len(ideas), IDEAS)]
        return [_slide(heading, f"<ul>{''.join(part)}</ul>") for part in parts]
    return _figures(heading, cells) or _words(heading, text, outputs)


def _figures(heading: str, cells: list[NotebookNode]) -> list[str]:
    """Return a slide for each figure: the picture, and how the text begins that follows before the next picture."""
    slides, reading = [], ""
    for cell in reversed(cells):
        if cell.cell_type == "markdown" and (paragraphs := _paragraphs(cell.source)):
            reading = f"<figcaption>{_inline(_short(paragraphs[0]))}</figcaption>"
        for image in reversed(_images(cell)):
            slides.append(_slide(heading, f"<figure>{image}{reading}</figure>"))
            reading = ""
    return slides[::-1]


def _words(heading: str, text: str, outputs: list[str]) -> list[str]:
    """Return a slide for a section without figures: how its text begins, its last small table, how its text ends."""
    found = [table[0] for output in outputs if (table := TABLE.search(output)) and table[0].count("<tr") <= ROWS]
    # What scrolls on a narrow screen can be reached by keyboard.
    tables = [f'<div class="table" tabindex="0" role="group" aria-label="Table">{table}</div>' for table in found]
    paragraphs = _paragraphs(text)
    if not paragraphs:
        return []
    ends = [p for p in paragraphs if not p.endswith(":")]  # the others lead to a cell that is not shown here
    first, last = ([f"<p>{_inline(_short(p))}</p>" for p in some] for some in (paragraphs[:1], ends[-1:]))
    return [_slide(heading, "".join(dict.fromkeys([*first, *tables[-1:], *last])))]  # one paragraph alone stands once


def _images(cell: NotebookNode) -> list[str]:
    """Return the pictures that a cell shows, as elements that hold them; of a 3D view the still picture."""
    images = []
    for output in cell.get("outputs", []):
        if "image/png" in output.get("data", {}):
            alt = html.escape(output.metadata.get("image/png", {}).get("alt", ""))
            images.append(_image("".join(output.data["image/png"].split()), alt))
        elif still := re.search(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]*)"', _html(output)):
            images.append(_image(still[1], still[2]))
    return images


def _image(png: str, alt: str) -> str:
    """Return the element of a picture (PNG in base64) as large as the slide allows."""
    width, height = struct.unpack(">II", base64.b64decode(png[:32])[16:24])  # from the header of a PNG
    room = f"min(100%, calc(60vh * {width / height:.3f}))"
    return f'<img src="data:image/png;base64,{png}" alt="{alt}" style="width: {room}">'


def _html(output: NotebookNode) -> str:
    """Return the HTML of an output, or nothing."""
    return "".join(output.get("data", {}).get("text/html", ""))


def _paragraphs(text: str) -> list[str]:
    """Return the paragraphs of prose, each on one line: no lists, tables, code or HTML."""
    blocks = [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]
    return [block for block in blocks if block and not re.match(r"[-|<`#!>]|\d+\. ", block)]


def _short(paragraph: str) -> str:
    """Return the first sentences of a paragraph, as many as fit; one at least, and none that leads to what follows."""
    sentences = re.split(r"(?<=[.!?])\s+(?=[A-Z*`])", paragraph)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) > LETTERS or sentence.endswith(":"):
            break
        kept += " " + sentence
    return re.sub(r":$", ".", kept)


def _slide(heading: str, body: str, kind: str = "") -> str:
    return f'<section class="{kind}"><h2>{html.escape(heading)}</h2>\n{body}</section>'


def _inline(markdown: str) -> str:
    return MARKDOWN.renderInline(markdown.strip())
