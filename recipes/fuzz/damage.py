"""What befalls files: bytes change, go, come twice or from elsewhere, an end is lost, a value becomes odd."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 10**6, 10**13, 2**63, 0.5, -0.5, 1e-320, 1e308, float("nan"), float("inf"), "",
    "0", "nan", "\x1b[31m", "é" * 300, [], [0], [1, 2], {}, {"a": 1}, "GO:0003674", "MFO", "float16", "../x",
)  # fmt: skip
"""Values that nobody expects where they stand."""


def mutate(content: bytes, rng: random.Random, fragments: Sequence[bytes]) -> bytes:
    """Change, drop, double or insert up to four pieces, or cut the end off."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice((1, 1, 2, 8, 64)))
        change = rng.randrange(5)
        if change == 0 and start < len(data):
            data[start] = rng.randrange(256)
        elif change == 1:
            data[start:end] = b""
        elif change == 2:
            data[start:start] = data[start:end]
        elif change == 3:
            data[start:start] = rng.choice(fragments)
        elif rng.random() < 0.3:
            del data[start:]
    return bytes(data)


def flip(content: bytes, rng: random.Random) -> bytes:
    """Turn one bit round."""
    data = bytearray(content)
    bit = rng.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    return bytes(data)


def mutate_json(content: bytes, rng: random.Random) -> bytes:
    """Give up to three entries, at any depth, an odd value or another name, or take them away."""
    value = json.loads(content)
    for _ in range(rng.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        _list_places(value, places)
        if not places:
            break
        holder, key = rng.choice(places)
        change = rng.random()
        if change < 0.2:
            del holder[key]
        elif change < 0.3 and isinstance(holder, dict):
            holder[f"{key}_"] = holder.pop(key)
        elif change < 0.4:
            other, place = rng.choice(places)
            holder[key] = json.loads(json.dumps(other[place]))
        else:
            holder[key] = json.loads(json.dumps(rng.choice(ODD)))  # of its own: it may be changed in its turn
    return json.dumps(value, indent=1).encode()


def _list_places(value: Any, places: list[tuple[Any, Any]]) -> None:
    """Add every entry of dicts and lists, as what holds it and its key."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        places.append((value, key))
        if isinstance(inner, (dict, list)):
            _list_places(inner, places)
