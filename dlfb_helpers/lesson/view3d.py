"""3D views of structures, to be turned with the mouse, above a still picture."""

from __future__ import annotations

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import py3Dmol
from IPython.display import HTML
from jinja2 import Template
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from dlfb_helpers.plots.style import ALONG_CHAIN, PALETTE
from dlfb_helpers.proteins.structures import atom_table, disulfide_bonds

_LABEL_STYLE = {"fontColor": "black", "backgroundColor": "white", "backgroundOpacity": 0.7, "fontSize": 14}
_BOND_STYLE = {"radius": 0.25, "dashed": True, "dashLength": 0.5, "gapLength": 0.4, "color": PALETTE[6]}
CDN_3DMOL_JS = "https://cdn.jsdelivr.net/npm/3dmol@2.5.5/build/3Dmol-min.js"
BUNDLED_3DMOL_JS = "dlfb_helpers/assets/3dmol/3Dmol-min.js"
"""The same release of 3Dmol.js; its place from the root of the repository."""
# 3Dmol.js comes from where the page says; else from JupyterLab's server, if the course lies at its root; else from the
# network. The server is asked first whether it has the file: py3Dmol's loader would wait for it for ever.
_LOAD_3DMOL_JS = f"""(() => {{
  if (window.DLFB_3DMOL_JS) return loadScriptAsync(window.DLFB_3DMOL_JS);
  const network = '{CDN_3DMOL_JS}', jupyter = document.getElementById('jupyter-config-data');
  if (!jupyter) return loadScriptAsync(network);
  const local = JSON.parse(jupyter.textContent).baseUrl + 'files/{BUNDLED_3DMOL_JS}';
  const choice = fetch(local, {{method: 'HEAD'}}).then(answer => answer.ok ? local : network, () => network);
  return choice.then(loadScriptAsync);
}})()"""

_VIEW_OVER_STILL = Template(
    '<div style="position: relative; max-width: {{ width }}px; aspect-ratio: {{ width }} / {{ height }}">'
    '<img src="data:image/png;base64,{{ source }}" alt="{{ alt }}" style="width: 100%; height: 100%">'
    '<div style="position: absolute; inset: 0">{{ scene }}</div></div>',
    autoescape=True,
)


def view(pdb_text: str, colour: str = "spectrum", width: int | str = 520, height: int | str = 360) -> py3Dmol.view:
    """Return a 3D view of the cartoon, to be turned with the mouse.

    Parameters
    ----------
    pdb_text : str
        A structure in PDB format.
    colour : {"spectrum", "chain"}
        From each chain's first residue (blue) to its last (orange), or one colour a chain, as in the still pictures.
        Of several chains each has its letter at its first residue; disulfide bonds (SSBOND records) are dashed.
    width, height : int or str
        Pixels, or a length of CSS such as "100%".
    """
    scene = _from_nearby(py3Dmol.view(width=width, height=height, js=CDN_3DMOL_JS))
    scene.addModel(_cartoon_records(pdb_text), "pdb")
    shades = [to_hex(ALONG_CHAIN(place)) for place in np.linspace(0, 1, 8)]
    atoms = atom_table(pdb_text)
    point = {(atom.chain, atom.number): {"x": atom.x, "y": atom.y, "z": atom.z} for atom in atoms.itertuples()}
    chains = atoms.groupby("chain", sort=False)["number"]
    for place, (chain, numbers) in enumerate(chains):
        along = {"prop": "resi", "gradient": "linear", "min": int(numbers.min()), "max": int(numbers.max())}
        along["colors"] = shades
        style = {"colorscheme": along} if colour == "spectrum" else {"color": PALETTE[place % len(PALETTE)]}
        scene.setStyle({"chain": chain}, {"cartoon": style})
        if 1 < len(chains) <= len(PALETTE):
            scene.addLabel(chain, {"position": point[chain, numbers.iloc[0]], **_LABEL_STYLE})
    for one, other in disulfide_bonds(pdb_text):
        if one in point and other in point:
            scene.addCylinder({"start": point[one], "end": point[other], **_BOND_STYLE})
    scene.zoomTo()
    return scene


def view_over_still(pdb_text: str, still: Axes, alt: str, colour: str = "spectrum", dpi: int = 96) -> HTML:
    """Return a 3D view on top of a still picture, which stays where 3Dmol.js cannot be loaded.

    Parameters
    ----------
    pdb_text, colour
        As in `view`.
    still : matplotlib.axes.Axes
        Any Axes of the still picture, from `plots.plot_structures`; its figure is closed afterwards.
    alt : str
        What the picture shows, in words.
    dpi : int
        Pixels an inch of the still.
    """
    return over_still(view(pdb_text, colour, "100%", "100%"), still, alt, dpi)


def over_still(scene: py3Dmol.view, still: Axes, alt: str, dpi: int = 96) -> HTML:
    """Return a scene of your own, of ``py3Dmol.view(width="100%", height="100%")``, on top of a still picture.

    `still`, `alt` and `dpi` are as in `view_over_still`.
    """
    figure, image = still.figure.get_figure(root=True), io.BytesIO()
    figure.savefig(image, dpi=dpi, format="png")
    plt.close(figure)
    width, height = (round(inches * dpi) for inches in figure.get_size_inches())
    # py3Dmol puts a warning where the view will be; here the still picture stands there instead.
    page = re.sub(r'<p id="3dmolwarning.*?</p>', "", _from_nearby(scene).write_html(), flags=re.DOTALL)
    source = base64.b64encode(image.getvalue()).decode("ascii")
    return HTML(_VIEW_OVER_STILL.render(width=width, height=height, source=source, alt=alt, scene=HTML(page)))


def _from_nearby(scene: py3Dmol.view) -> py3Dmol.view:
    """Have a scene look for 3Dmol.js nearby before it asks the network."""
    scene.startjs = re.sub(r"loadScriptAsync\('https:[^']*'\)", lambda _: _LOAD_3DMOL_JS, scene.startjs, count=1)
    return scene


def _cartoon_records(pdb_text: str) -> str:
    """Keep the lines that a cartoon is drawn from, so that a large assembly does not swell the notebook."""
    kept = [
        line
        for line in pdb_text.splitlines()
        if line.startswith(("HELIX", "SHEET", "TER"))
        or (line.startswith("ATOM") and line[12:16].strip() in ("N", "CA", "C", "O"))
    ]
    return "\n".join([*kept, "END"]) + "\n"
