"""Lay out what the page "Try it" loads: ``python docs/try_data.py build/site/_static/try``, the end of ``make site``.

Everything is made of the package's own files and of ``docs/try``; nothing is fetched. A page that is opened from disk
may load scripts alone, so each part is one that holds its bytes as text: packed by gzip, fifteen bits a letter, the
letters in UTF-16, which the mark at the file's beginning says whatever a server says.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
import sys
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import dlfb_helpers
from dlfb_helpers.annotations.consistency import specific_labels
from dlfb_helpers.annotations.slim import slim_names
from dlfb_helpers.cli.verdict import is_general
from dlfb_helpers.embedding.checkpoints import load_checkpoint
from dlfb_helpers.embedding.mean import mean_embeddings
from dlfb_helpers.files.assets import bundled_folder
from dlfb_helpers.lesson.play.page import KEY, script
from dlfb_helpers.predictors.folder import BUNDLED
from dlfb_helpers.predictors.light import load_light
from dlfb_helpers.predictors.light_file import NETWORKS_FILE, Place, laid_out, networks_file
from dlfb_helpers.predictors.predictor import Predictor
from dlfb_helpers.predictors.sparse import as_tensors
from dlfb_helpers.predictors.together import Terms
from dlfb_helpers.proteins.alphabet import AMINO_ACID_NAMES, AMINO_ACIDS, OTHER_RESIDUES, residue_group

TRY = Path(__file__).parent / "try"
CHAPTERS = Path(__file__).parents[1] / "chapters"
CARDS = Path(dlfb_helpers.__file__).parent / "cli"
WEIGHTS = "model.safetensors"
RUNTIMES = {
    "wasm": ("ort.wasm.min.js", "ort-wasm-simd-threaded"),
    "webgpu": ("ort.jspi.min.js", "ort-wasm-simd-threaded.jspi"),
}
"""What computes -> the library, and how its loader and its program are called; the page loads one of them."""

LARGEST = 30_000_000
"""Bytes of all that the page loads."""
PROBE = "MKTAYIAKQRQISFVKSHFSRQ"
"""What a page embeds first, to see whether the machine computes what the model should."""

FIRST_LETTER, BITS = 0x3400, 15
"""The first of 2 ** 15 letters, none of which is half of a pair, a quote or the end of a line."""


class Part(NamedTuple):
    """A part as its script holds it.

    Attributes
    ----------
    content
        Packed by gzip.
    halves
        Whether it held 16-bit numbers whose lower bytes stood before all their upper ones: so it packs better.
    on
        What computes with it, of `RUNTIMES`; empty if whatever does.
    """

    content: bytes
    halves: bool = False
    on: str = ""


def packed(content: bytes, halves: bool = False) -> Part:
    """Pack bytes, the same way each time."""
    if halves:
        content = np.frombuffer(content, np.uint8).reshape(-1, 2).T.tobytes()
    return Part(gzip.compress(content, 9, mtime=0), halves)


def as_letters(content: bytes) -> str:
    """Write bytes with fifteen bits a letter, the last filled up with zeros."""
    written = []
    for start in range(0, len(content), BITS * 100_000):
        bits = np.unpackbits(np.frombuffer(content[start : start + BITS * 100_000], np.uint8))
        rows = np.pad(bits, (0, -len(bits) % BITS)).reshape(-1, BITS)
        letters = rows @ (1 << np.arange(BITS)[::-1]) + FIRST_LETTER
        written.append(letters.astype("<u2").tobytes().decode("utf-16-le"))
    return "".join(written)


def parts() -> dict[str, Part]:
    """Gather what the worker takes."""
    predictors = [load_light(name) for name in BUNDLED]
    networks, _ = networks_file(predictors)
    tables, places = laid_out(pool_tables(predictors), "pool")
    graphs = bundled_folder("onnx")
    return {
        **runtimes(),
        "weights": packed((bundled_folder("checkpoint") / WEIGHTS).read_bytes(), halves=True),
        "networks": packed(networks),
        "pool": packed(tables),
        "facts": packed(json.dumps(facts(predictors, places), separators=(",", ":")).encode()),
        **{name: packed((graphs / name).read_bytes()) for name in graph_names(predictors)},
    }


def runtimes() -> dict[str, Part]:
    """Gather program and loader of each runtime, as they were fetched."""
    return {
        f"{name}-{on}": Part((TRY / "onnxruntime" / f"{begin}.{ending}.gz").read_bytes(), on=on)
        for on, (_, begin) in RUNTIMES.items()
        for name, ending in (("runtime", "wasm"), ("loader", "mjs"))
    }


def graph_names(predictors: list[Predictor]) -> list[str]:
    """Name the graphs that the page runs."""
    return ["encoder.onnx", "head.onnx", *(f"{predictor.facts['aspect']}.onnx" for predictor in predictors)]


def pool_tables(predictors: list[Predictor]) -> dict[str, np.ndarray]:
    """Collect the pool, and each aspect's labels in it."""
    pool = predictors[0].pool
    tables = {
        "codes": pool.rounded.codes,
        "steps": pool.rounded.steps,
        "mean": pool.whitening.mean,
        "matrix": pool.whitening.matrix.astype(np.float16),
        "digests": np.array([zlib.crc32(sequence.encode()) for sequence in pool.sequences], np.uint32),
    }
    for predictor in predictors:
        base, aspect = predictor.base, predictor.facts["aspect"]
        assert base.curated is not None
        tables[f"{aspect}/frequencies"] = base.labels.frequencies
        labels = {
            kind: specific_labels(getattr(base, kind).labels, predictor.ancestors) for kind in ("labels", "curated")
        }
        for kind, rows in (labels | {"ancestors": predictor.ancestors}).items():
            found = as_tensors(rows, kind)
            tables[f"{aspect}/{kind}/columns"] = found[f"{kind}/columns"]
            tables[f"{aspect}/{kind}/counts"] = np.diff(found[f"{kind}/ends"], prepend=np.uint32(0)).astype(np.uint16)
    return tables


def facts(predictors: list[Predictor], places: dict[str, Place]) -> dict[str, Any]:
    """What the page has to know besides tables: of each its kind, where it begins and how many numbers it has, too."""
    checkpoint = load_checkpoint("course")
    letters = [*AMINO_ACIDS, *OTHER_RESIDUES]
    tokens = checkpoint.tokens(["".join(letters)])[1:-1].tolist()
    return {
        "weights": WEIGHTS,
        "networks": NETWORKS_FILE,
        "places": {name: [place.dtype, place.offset, math.prod(place.shape)] for name, place in places.items()},
        "ids": predictors[0].pool.ids,
        "names": [predictors[0].pool.called(row) for row in range(len(predictors[0].pool))],
        "tokens": dict(zip(letters, tokens)),
        "mask": checkpoint.tokenizer.mask_token_id,
        "probe": {"sequence": PROBE, "embedding": mean_embeddings([PROBE], checkpoint)[0].round(4).tolist()},
        "residues": [
            {"letter": letter, "name": name, "group": residue_group(letter)}
            for letter, name in AMINO_ACID_NAMES.items()
        ],
        "similar": predictors[0].facts["similar"],
        "aspects": [aspect_facts(predictor) for predictor in predictors],
    }


def aspect_facts(predictor: Predictor) -> dict[str, Any]:
    """Terms and blend of an aspect. Nothing aligns in a browser: of each weight, what is without it."""
    terms, blend = Terms.of(predictor), predictor.blend
    places = {term: place for place, term in enumerate(terms.names)}
    slims = slim_names(list(terms.names), terms.names, terms.ancestors)
    parents = terms.parents()
    settings = predictor.base.settings.neighbours
    return {
        "aspect": predictor.facts["aspect"],
        "threshold": predictor.threshold,
        "bias": blend.bias,
        "weights": {name: own for name, (own, _) in blend.weights.items()},
        "neighbours": {"k": settings["k"], "temperature": settings["temperature"]},
        "terms": [
            {
                "id": term,
                "name": name,
                "slim": slim,
                "general": is_general(name),
                "specificity": int(above.sum()),
                "parents": [places[one] for one in parents[term]],
            }
            for (term, name), slim, above in zip(terms.names.items(), slims, terms.ancestors)
        ],
    }


def code(on: str) -> str:
    """What the worker runs."""
    ours = "\n".join((TRY / name).read_text(encoding="utf-8") for name in ("unpack.js", "pool.js", "model.js"))
    runtime = gzip.decompress((TRY / "onnxruntime" / f"{RUNTIMES[on][0]}.gz").read_bytes()).decode()
    return f"{runtime}\n{ours}"


def map_of_chapter_5() -> str:
    """Return the script that draws the map, with the data that the committed chapter has."""
    notebook = json.loads((CHAPTERS / "05_whole_protein_embeddings.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    played = [output["metadata"][KEY] for output in outputs if KEY in output.get("metadata", {})]
    data = next(one["data"] for one in played if one["element"] == "map")
    return f"const tryMap = (() => {{\n{script('map', '')}\nreturn {{render, data: {data}}};\n}})();\n"


def write(folder: Path) -> int:
    """Write all that the page loads, and return its bytes, with the larger of the runtimes."""
    folder.mkdir(parents=True, exist_ok=True)
    listed: list[dict[str, Any]] = []
    digest = hashlib.sha256()
    for on in RUNTIMES:
        worker = f'tryPart("code-{on}", {json.dumps(code(on))});\n'.encode()
        (folder / f"code-{on}.js").write_bytes(worker)
        listed.append({"name": f"code-{on}", "on": on, "size": len(worker), "wide": False})
        digest.update(worker)
    for name, part in parts().items():
        content = f'\ufefftryPart("{name}", "{as_letters(part.content)}");\n'.encode("utf-16-le")
        (folder / f"{name}.js").write_bytes(content)
        digest.update(part.content)
        told = {"name": name, "on": part.on, "size": len(content), "packed": len(part.content)}
        listed.append(told | {"halves": part.halves, "wide": True})
    head = f'const PARTS_DIGEST = "{digest.hexdigest()[:16]}";\nconst PARTS = {json.dumps(listed, indent=1)};\n'
    (folder / "parts.js").write_text(head, encoding="utf-8")
    cards = [(CARDS / f"{name}.js.j2").read_text(encoding="utf-8") for name in ("page_data", "page_graph", "page_card")]
    (folder / "cards.js").write_text("".join(cards), encoding="utf-8")
    style = (CARDS / "page_card.css.j2").read_text(encoding="utf-8")
    own = (TRY / "try.css").read_text(encoding="utf-8")
    (folder / "try.css").write_text(f".try {{\n{style}}}\n{own}", encoding="utf-8")
    for name in ("sequences.js", "load.js", "ask.js", "lies.js", "page.js", "reads.js"):
        (folder / name).write_bytes((TRY / name).read_bytes())
    (folder / "map.js").write_text(map_of_chapter_5(), encoding="utf-8")
    runtime = TRY / "onnxruntime"
    (folder / "LICENSE-onnxruntime").write_bytes((runtime / "LICENSE").read_bytes())
    notices = gzip.decompress((runtime / "ThirdPartyNotices.txt.gz").read_bytes())
    (folder / "NOTICES-onnxruntime.txt").write_bytes(notices)
    of_runtimes = [sum(part["size"] for part in listed if part["on"] == on) for on in RUNTIMES]
    return sum(path.stat().st_size for path in folder.iterdir()) - sum(of_runtimes) + max(of_runtimes)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/try_data.py FOLDER, where the page's scripts will be written")
    if (total := write(Path(sys.argv[1]))) > LARGEST:
        sys.exit(f"the page would load {total:,} bytes, more than {LARGEST:,}")
