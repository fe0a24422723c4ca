"""The scripts of the elements, and an element as a page holds it."""

from __future__ import annotations

import json
from pathlib import Path

from jinja2 import Template

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "play.css").read_text(encoding="utf-8")
KEY = "dlfb-play"
"""Under this name the metadata of an output say which element it is, and hold its data: JSON, as text on one line."""

END = "export default {render};"
"""What a script ends in."""
_ELEMENT = Template("""<div class="dlfb-still">{{ still }}</div>
<script type="application/json">{{ data }}</script>
<script>(place => {
const told = place.previousElementSibling, still = told.previousElementSibling, data = JSON.parse(told.textContent);
const {render} = (() => {
{{ script }}
return {render};
})();
const el = document.createElement("div");
el.className = "dlfb-play";
el.dataset.element = {{ name }};
place.after(el);
try {
  render({model: {get: name => ({data})[name]}, el});
  still.hidden = true;
} catch (error) {
  el.remove();  // the picture stays
  console.error(error);
}
})(document.currentScript);</script>""")


def elements() -> list[str]:
    """Name the elements that there are."""
    return sorted(path.stem for path in FOLDER.glob("*.js") if path.stem != "common")


def script(element: str, ending: str = END) -> str:
    """Return the module of an element, with what all of them share; it ends in something else if that is wanted.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if element not in elements():
        raise ValueError(f"no element {element!r} to play with; there are {', '.join(elements())}")
    shared, own = ((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in ("common", element))
    return f"{shared}\n{own.rstrip().removesuffix(END)}{ending}\n"


def on_page(still: str, element: str, data: str) -> str:
    """Return the HTML of an element, under the HTML of the picture that stands there where no script runs."""
    text = data.replace("<", "\\u003c")  # no tag begins within it
    return _ELEMENT.render(still=still, data=text, script=script(element, ""), name=json.dumps(element))
