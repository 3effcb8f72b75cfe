"""Pictures that tile: moved round their edges, they are the same picture; and nobody else's picture is touched."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import torch

from engine.models.catalog import Family
from engine.paint.seamless import FOLDING, Rolled, Wrapped, fold, folded
from tests.engine import tiny
from tests.engine.paint.test_effects import painted, recipe

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
MOVE = (4, -6)


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(2))


def seam(picture: torch.Tensor) -> float:
    """How much more the edges differ, laid against each other, than neighbours inside do."""
    ratios = []
    for dim in (-1, -2):
        last = picture.shape[dim] - 1
        inside = picture.diff(dim=dim).abs().mean()
        ratios.append(float((picture.select(dim, 0) - picture.select(dim, last)).abs().mean() / inside))
    return max(ratios)


def ask(family: Family, latents: torch.Tensor) -> torch.Tensor:
    """The denoiser alone, for these latents."""
    model = tiny.build(family).denoiser
    wide = model.config.cross_attention_dim
    given: dict[str, Any] = {"encoder_hidden_states": noise(1, 5, wide)}
    if family is Family.SDXL:
        given["added_cond_kwargs"] = {"text_embeds": noise(1, 32), "time_ids": torch.ones(1, 6)}
    said: torch.Tensor = model(latents, torch.tensor(500), **given).sample
    return said


@pytest.mark.parametrize("family", sorted(FOLDING))
def test_a_folded_denoiser_has_no_edges_at_all(family: Family) -> None:
    """Whatever goes in moved round the edges comes out moved the same: no place is special."""
    model, latents = tiny.build(family).denoiser, noise(1, 4, 16, 16)
    with folded([model]):
        there, moved = ask(family, latents), ask(family, latents.roll(MOVE, (-2, -1)))
    assert torch.allclose(there.roll(MOVE, (-2, -1)), moved, atol=1e-5)
    plain, plain_moved = ask(family, latents), ask(family, latents.roll(MOVE, (-2, -1)))
    assert not torch.allclose(plain.roll(MOVE, (-2, -1)), plain_moved, atol=1e-2)


@pytest.mark.parametrize("family", [family for family in Family if family is not Family.QWEN_IMAGE])
def test_a_folded_decoder_has_no_edges_at_all(family: Family) -> None:
    vae = tiny.build(family).components["vae"]
    latents = noise(1, vae.config.latent_channels, 12, 12)
    far = (MOVE[0] * 8, MOVE[1] * 8)
    with folded([vae]):
        there, moved = vae.decode(latents).sample, vae.decode(latents.roll(MOVE, (-2, -1))).sample
    assert torch.allclose(there.roll(far, (-2, -1)), moved, atol=1e-5)


def test_a_decoder_that_cannot_be_folded_sees_the_far_side() -> None:
    vae = tiny.build(Family.QWEN_IMAGE).components["vae"]
    latents = noise(1, 4, 1, 8, 8)
    plain, wrapped = vae.decode(latents, return_dict=False)[0], Wrapped(vae).decode(latents, return_dict=False)[0]
    assert wrapped.shape == plain.shape
    moved = Wrapped(vae).decode(latents.roll(MOVE, (-2, -1)), return_dict=False)[0]
    larger = plain.shape[-1] // 8
    far = (MOVE[0] * larger, MOVE[1] * larger)
    error = float((wrapped.roll(far, (-2, -1)) - moved).abs().mean())
    unwrapped = vae.decode(latents.roll(MOVE, (-2, -1)), return_dict=False)[0]
    assert error < 0.1 * float((plain.roll(far, (-2, -1)) - unwrapped).abs().mean())


@pytest.mark.parametrize("family", list(Family))
def test_a_tile_is_another_picture_and_leaves_the_model_as_it_was(family: Family) -> None:
    plain = painted(recipe(family), family)
    tiled = painted(recipe(family, "--tile"), family)
    assert float((tiled - plain).abs().mean()) > 1e-4
    assert torch.equal(painted(recipe(family), family), plain)
    assert torch.equal(painted(recipe(family, "--tile"), family), tiled)


@pytest.mark.parametrize("family", sorted(FOLDING))
def test_a_tile_from_noise_moved_round_the_edges_is_that_tile_moved(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole painting, from noise to pixels: laid beside itself nobody can say where it begins."""
    name = {Family.SD: "stable_diffusion", Family.SDXL: "stable_diffusion_xl"}[family]
    module = importlib.import_module(f"diffusers.pipelines.{name}.pipeline_{name}")
    real = module.randn_tensor
    pictures = {}
    for tile in ("", "--tile"):
        one = recipe(family, f"--sampler ddim {tile}")
        pictures[tile] = painted(one, family)
        monkeypatch.setattr(module, "randn_tensor", lambda *a, **k: real(*a, **k).roll((2, -2), (-2, -1)))
        pictures[f"{tile} moved"] = painted(one, family)
        monkeypatch.undo()
    assert torch.allclose(pictures["--tile"].roll((16, -16), (-2, -1)), pictures["--tile moved"], atol=1e-4)
    assert not torch.allclose(pictures[""].roll((16, -16), (-2, -1)), pictures[" moved"], atol=1e-2)


@pytest.mark.parametrize("family", sorted(FOLDING))
def test_edges_of_a_tile_continue_each_other(family: Family) -> None:
    large = "--tile --steps 6", "--steps 6"
    tiled, plain = (painted(recipe(family, flags), family) for flags in large)
    assert seam(tiled) < 1.5
    assert seam(tiled) < seam(plain)


class Slope(torch.nn.Module):
    """A denoiser that paints by place alone, as badly as can be: brighter to the right and downwards."""

    def forward(self, hidden_states: Any, return_dict: bool = False) -> Any:
        if isinstance(hidden_states, list):
            return ([self.forward(one)[0] for one in hidden_states],)
        if hidden_states.dim() == 3:
            return (torch.arange(64.0).view(1, 64, 1).expand(1, 64, 2) / 64,)
        rows, columns = hidden_states.shape[-2:]
        return (
            (torch.arange(rows * 1.0)[:, None] / rows + torch.arange(columns * 1.0) / columns).expand(
                hidden_states.shape
            ),
        )


@pytest.mark.parametrize("shape", [(1, 3, 16, 16), (1, 64, 2)], ids=["squares of latents", "packed"])
def test_moved_under_a_model_that_knows_places_the_seam_is_spread_over_all(shape: tuple[int, ...]) -> None:
    done = 0
    rolled = Rolled(Slope(), 8, 8, lambda: done)
    total: torch.Tensor = torch.zeros(shape)
    for done in range(24):  # noqa: B007  # the lambda reads it
        total = total + rolled(total, return_dict=False)[0]
    still = Slope()(torch.zeros(shape))[0] * 24

    def picture(value: torch.Tensor) -> torch.Tensor:
        return value if value.dim() == 4 else value.view(1, 8, 8, 2).permute(0, 3, 1, 2)

    edges = [float((picture(v).select(-1, 0) - picture(v).select(-1, -1)).abs().mean()) for v in (total, still)]
    assert edges[0] < 0.25 * edges[1]


def test_what_stands_behind_the_picture_is_not_moved() -> None:
    """Some families show a model the picture that they start from as further squares."""

    class Echo(torch.nn.Module):
        def forward(self, hidden_states: torch.Tensor) -> tuple[torch.Tensor]:
            self.seen = hidden_states
            return (hidden_states,)

    echo, value = Echo(), noise(1, 70, 3)
    (said,) = Rolled(echo, 8, 8, lambda: 3)(hidden_states=value)
    assert torch.equal(said, value)
    assert torch.equal(echo.seen[:, 64:], value[:, 64:])
    assert not torch.equal(echo.seen[:, :64], value[:, :64])


def test_folding_is_undone_even_by_whoever_breaks() -> None:
    vae = tiny.build(Family.SD).components["vae"]

    def modes() -> set[str]:
        return {one.padding_mode for one in vae.modules() if isinstance(one, torch.nn.Conv2d)}

    def break_down() -> None:
        with folded([vae]):
            assert "circular" in modes()
            raise RuntimeError("broke")

    with pytest.raises(RuntimeError, match="broke"):
        break_down()
    assert modes() == {"zeros"}
    fold(vae, True)
    fold(vae, True)
    fold(vae, False)
    assert modes() == {"zeros"}
