"""Previews: factors that are measured for each decoder show roughly what it will show."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from engine.models.catalog import Family
from engine.models.loaded import Loaded
from engine.paint import previews
from engine.paint.easel import Easel, Look
from engine.paint.latents import unpacked
from engine.paint.painters.diffusion import paint_raw
from tests.engine import tiny
from tests.engine.paint.gate import Case

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]


class Linear(torch.nn.Module):
    """An autoencoder whose latents are colours in disguise: what the right factors are is known."""

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        self.mix = torch.nn.Parameter(torch.randn(4, 3, generator=generator))
        self.config = {"scaling_factor": 0.5, "shift_factor": 0.1}

    def encode(self, pictures: torch.Tensor) -> object:
        small = torch.nn.functional.avg_pool2d(pictures, 8)
        latents = torch.einsum("cd,ndhw->nchw", self.mix, small) + 0.3
        return type("Said", (), {"latents": latents})()


def test_measured_factors_turn_latents_into_their_colours() -> None:
    autoencoder = Linear()
    factors = previews.measure(autoencoder)
    assert factors is not None
    picture = torch.tensor([0.8, -0.4, 0.1]).view(1, 3, 1, 1).expand(1, 3, 16, 16)
    latents = (autoencoder.encode(picture).latents - 0.1) * 0.5  # type: ignore[attr-defined]
    shown = previews.project(latents[0], factors)
    wanted = ((np.array([0.8, -0.4, 0.1]) / 2 + 0.5) * 255).round()
    assert shown.shape == (2, 2, 3)
    assert np.abs(shown.astype(int) - wanted).max() <= 4


@pytest.mark.parametrize("family", list(Family))
def test_every_family_can_be_looked_at_while_it_is_painted(family: Family) -> None:
    model, shown = tiny.build(family), []
    own = previews.Previews()
    own.calibrate(model)

    def tell(done: int, steps: int, look: Look | None = None) -> None:
        assert look is not None
        sketch = own.sketch(model, look())
        assert sketch is not None
        shown.append(sketch)

    paint_raw(Easel(Case(family, "text", model.entry.scheduler).recipe(), model, tell=tell))
    assert len(shown) >= 3
    assert all(sketch.shape == (4, 4, 3) and sketch.dtype == np.uint8 for sketch in shown)


def loaded(vae: object, revision: str) -> Loaded:
    entry = tiny.entry(Family.SD)
    return Loaded(entry, entry.pin(revision), {"vae": vae}, "cpu", "float32", 0)


def test_two_models_of_one_name_have_factors_of_their_own() -> None:
    own, other = previews.Previews(), Linear()
    torch.nn.init.zeros_(other.mix)
    first, second = loaded(Linear(), "sha256:1"), loaded(other, "sha256:2")
    own.calibrate(first)
    own.calibrate(second)
    latents = torch.full((4, 2, 2), 0.7)
    one, two = own.sketch(first, latents), own.sketch(second, latents)
    assert one is not None
    assert two is not None
    assert not np.array_equal(one, two)
    own.forget(first.entry.name)
    with pytest.raises(KeyError):
        own.sketch(first, latents)


def test_pictures_to_measure_with_are_encoded_one_by_one_and_once_for_the_same_files() -> None:
    rows: list[int] = []

    class Watched(Linear):
        def encode(self, pictures: torch.Tensor) -> object:
            rows.append(len(pictures))
            return super().encode(pictures)

    own, model = previews.Previews(), loaded(Watched(), "sha256:1")
    own.calibrate(model)
    own.calibrate(model)
    assert rows == [1] * 8


def test_a_model_that_cannot_be_measured_is_painted_without_previews() -> None:
    class Broken(Linear):
        def encode(self, pictures: torch.Tensor) -> object:
            return type("Said", (), {"latents": torch.full((len(pictures), 4, 16, 16), torch.nan)})()

    for vae in (None, torch.nn.Identity(), Broken()):
        own, model = previews.Previews(), loaded(vae, "sha256:1")
        own.calibrate(model)
        assert own.sketch(model, torch.zeros(4, 2, 2)) is None


def test_packed_squares_are_laid_out_as_the_decoder_has_them() -> None:
    channels, rows, columns = 2, 4, 6
    whole = torch.randn(1, channels, rows, columns)
    packed = whole.view(1, channels, rows // 2, 2, columns // 2, 2).permute(0, 2, 4, 1, 3, 5)
    packed = packed.reshape(1, rows * columns // 4, channels * 4)
    assert torch.equal(unpacked(packed, "flux", None, columns * 8, rows * 8), whole[0])


def test_a_preview_is_a_small_jpeg_of_the_whole_grid() -> None:
    cells = [np.full((32, 48, 3), shade, np.uint8) for shade in (0, 80, 160)] + [None]
    data = previews.encode_preview(cells, 1536, 1024)
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.size) == ("JPEG", (768, 512))
    assert len(data) < 30_000
