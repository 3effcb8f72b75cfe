"""The words that a model knows, if it reads whole words and no others. Looks at its tokenizer's file alone, without
torch.
"""

from __future__ import annotations

import json
from pathlib import Path

TOKENIZER = Path("tokenizer") / "tokenizer.json"


def words_in(folder: Path) -> frozenset[str]:
    """None at all: its tokenizer puts any word together from pieces, or is not there."""
    try:
        model = json.loads((folder / TOKENIZER).read_text(encoding="utf-8"))["model"]
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    if model.get("type") != "WordLevel":
        return frozenset()
    return frozenset(word for word in model["vocab"] if word.isalpha())
