"""No code comes out of data: nothing in the package evaluates text, unpickles, or trusts remote code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dlfb_helpers

MODULES = sorted(Path(dlfb_helpers.__file__).parent.rglob("*.py"))
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "read_pickle"}
FORBIDDEN_IMPORTS = {"pickle", "joblib", "dill", "shelve", "marshal"}
FORBIDDEN_ATTRIBUTES = {("torch", "load"), ("os", "system"), ("yaml", "load")}
FORBIDDEN_SETTINGS = {"allow_pickle", "trust_remote_code", "shell"}


def offences(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [module for module in modules if module.split(".")[0] in FORBIDDEN_IMPORTS]
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            plain = isinstance(node.func, ast.Name) or owner in ("pd", "builtins")  # not model.to(device).eval()
            if (name in FORBIDDEN_CALLS and plain) or (owner, name) in FORBIDDEN_ATTRIBUTES:
                found.append(f"{owner}.{name}")
            found += [
                keyword.arg
                for keyword in node.keywords
                if keyword.arg in FORBIDDEN_SETTINGS and getattr(keyword.value, "value", True) is not False
            ]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_code_is_executed_from_data(path):
    assert offences(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "eval(x)",
        "torch.load(p)",
        "np.load(p, allow_pickle=True)",
        "run(c, shell=True)",
        "from_pretrained(p, trust_remote_code=True)",
        "from_pretrained(p, trust_remote_code=setting)",
    ],
)
def test_the_search_finds_what_it_looks_for(code):
    assert len(offences(ast.parse(code))) == 1
