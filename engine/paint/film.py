"""A film of the pictures of a job forming: one looped WebP, of the looks that were taken on the way and of what came of
it. Knows no model.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image

from engine.paint.image import make_grid

if TYPE_CHECKING:
    import numpy as np

WEBP = "image/webp"
SIDE = 384  # pixels of the longer side of one cell
MOST_FRAMES = 48
_FORMING_MS, _SHORTEST_MS, _LONGEST_MS, _REST_MS = 3000, 60, 400, 2500

Reel = tuple["Image.Image", ...]  # one cell, from the first look to the picture


def is_filmed(done: int, steps: int) -> bool:
    """Whether a look is taken after this step: of every step, or evenly of so many that it stays a film."""
    return done < steps and (steps <= MOST_FRAMES or done * MOST_FRAMES // steps > (done - 1) * MOST_FRAMES // steps)


def make_reel(looks: Sequence[np.ndarray], picture: np.ndarray) -> Reel:
    """All frames of one cell, in one size."""
    whole = Image.fromarray(picture)
    share = min(1.0, SIDE / max(whole.size))
    size = max(1, round(whole.width * share)), max(1, round(whole.height * share))
    frames = (Image.fromarray(look).resize(size, Image.Resampling.BICUBIC) for look in looks)
    return (*frames, whole.resize(size, Image.Resampling.LANCZOS))


def encode_film(reels: Sequence[Reel]) -> bytes:
    """The cells side by side; one that is done sooner waits. Empty if nothing was seen forming."""
    import numpy as np

    longest = max(len(reel) for reel in reels)
    if longest < 2:
        return b""
    frames = [
        Image.fromarray(make_grid([np.asarray(reel[min(at, len(reel) - 1)]) for reel in reels]))
        for at in range(longest)
    ]
    forming = max(_SHORTEST_MS, min(_LONGEST_MS, _FORMING_MS // (longest - 1)))
    durations = [*[forming] * (longest - 1), _REST_MS]
    out = io.BytesIO()
    frames[0].save(
        out, "WEBP", save_all=True, append_images=frames[1:], duration=durations, loop=0, quality=80, method=2
    )
    return out.getvalue()
