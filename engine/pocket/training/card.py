"""The model card beside the weights: what it is, what it saw, how long, and what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.pocket.world import COLORS, KINDS, Place, Style

CARD = """---
license: apache-2.0
library_name: diffusers
pipeline_tag: text-to-image
---
# The pocket model

A text-to-image model of the Stable Diffusion family that fits into {megabytes:.0f} MB and paints on two CPU cores.
Stock parts: `diffusers.AutoPipelineForText2Image.from_pretrained(folder)`; image to image and inpainting likewise.

**Data.** None but its own: scenes drawn by a program (`engine/pocket/world`), {kinds} kinds of things in
{colors} colours, {places} places, {styles} styles, captions spoken by the same program. No
photograph, no artist's picture, no person.

**Recipe.** v-prediction with zero terminal SNR; things weigh four times in the loss and small ones more, in numbers and
in what a small net sees; captions dropped in one case of ten; at last practice from noise alone, judged by that net.
`docs/pocket.md` has the stages, `docs/decisions/` the reasons.

**Samples seen**, by stage: {seen}.

**Last figures of the log**, by stage:
{figures}

**Kinds**: {kind_names}.

**Limits.** It knows the words of its tokenizer and no others: each other word is one and the same unknown to it.
Pictures are of 256² and the usual aspects at that area. Textures are approximate, small things lose detail, writing is
impossible. It does not know people.

**Licence.** Apache 2.0, weights and world.
"""


def write_card(out: Path, seen: dict[str, int], last: dict[str, dict[str, Any]]) -> None:
    """From the samples and the last figures of each stage; every figure was measured in training."""
    figures = [
        f"- {stage}: " + ", ".join(f"{k} {v}" for k, v in entry.items() if k != "stage")
        for stage, entry in last.items()
        if stage in seen
    ]
    card = CARD.format(
        megabytes=sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6,
        kinds=len(KINDS),
        colors=len(COLORS),
        places=len(Place),
        styles=len(Style),
        seen=", ".join(f"{stage} {count:,}" for stage, count in seen.items()),
        figures="\n".join(figures) or "- none",
        kind_names=", ".join(KINDS),
    )
    (out / "README.md").write_text(card)


def last_figures(folder: Path) -> dict[str, dict[str, Any]]:
    """Of the training folder's log, by stage."""
    last: dict[str, dict[str, Any]] = {}
    log = folder / "log.jsonl"
    for line in log.read_text().splitlines() if log.exists() else ():
        entry = json.loads(line)
        last.setdefault(entry["stage"], {}).update(entry)
    return last
