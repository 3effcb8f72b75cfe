"""The model card beside the weights: what it is, what it saw, how long, and what it cannot do."""

from __future__ import annotations

import json
from pathlib import Path

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


def write_card(folder: Path, out: Path, seen: dict[str, int]) -> None:
    """From the training folder's log; every figure in it was measured there."""
    last: dict[str, dict[str, float]] = {}
    log = folder / "log.jsonl"
    for line in log.read_text().splitlines() if log.exists() else ():
        entry = json.loads(line)
        last.setdefault(entry["stage"], {}).update(entry)
    figures = [
        f"- {stage}: " + ", ".join(f"{k} {v}" for k, v in e.items() if k != "stage")
        for stage, e in last.items()
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
