"""How Sphinx renders the course's site: ``make site``. Everything is bundled; it opens from disk, without a network."""

from __future__ import annotations

import shutil
from pathlib import Path

import dlfb_helpers

PACKAGE = Path(dlfb_helpers.__file__).parent

project = "Predicting protein functions from sequences"
release = dlfb_helpers.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
exclude_patterns = ["downloads", "chapters/solutions"]  # files to download, not pages
templates_path = [str(Path(__file__).parent / "_templates")]  # autosummary would look beside the prepared pages
default_role = "py:obj"  # `names` in docstrings lead to what they name

# The committed outputs are what is shown: they are compared with the code by `make test`.
nb_execution_mode = "off"
myst_enable_extensions = ["attrs_block"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True  # attributes as a list, beside which the fields of a NamedTuple are no second description
add_module_names = False
suppress_warnings = ["ref.python"]  # a type in a signature that two modules have under one name, such as Progress

html_theme = "pydata_sphinx_theme"
html_title = project
html_static_path = ["_static", str(PACKAGE / "lesson/cells.css"), str(PACKAGE / "lesson/play/play.css")]
html_css_files = ["cells.css", "play.css", "course.css"]
html_js_files = ["course.js"]
html_favicon = html_logo = "_static/logo.svg"
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"**": ["course-nav.html"]}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "logo": {"text": "Protein functions", "alt_text": ""},
    "navbar_start": ["navbar-logo"],
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "article_header_start": [],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["licence.html"],
    "footer_end": [],
    "show_toc_level": 2,
    "search_bar_text": "Search the course",
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def add_viewer(app, exception) -> None:
    """Put the viewer of chapter 1 into the site."""
    if exception is None:
        shutil.copy(PACKAGE / "assets/3dmol/3Dmol-min.js", Path(app.outdir) / "_static")


def setup(app) -> None:
    app.connect("build-finished", add_viewer)
