"""Children of finished pictures: how far each goes from its parent, measured on pictures; and what is told where a
model cannot do it so.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors.torch import save_file

from engine.derive import LEAST_STEPS, Derived, Manner, enlarge, enlarge_creatively, reroll, vary
from engine.errors import RecipeError
from engine.language.prompt import parse
from engine.models.catalog import Entry, Family, Size, Task
from engine.models.catalog_toml import load_catalog
from engine.models.loaded import Loaded
from engine.paint import enlarging
from engine.paint.easel import Easel
from engine.paint.encode import encode_png
from engine.paint.painters import painter_of
from engine.pocket.upscaler import make_upscaler
from engine.recipe import Environment, ModelPin, Phrase, Recipe, Role, Source, cell_seed
from engine.translate import translate
from tests.engine import tiny

CATALOG = load_catalog()
SHA = "ab" * 32
SIDE = 64
pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
]


@pytest.fixture(autouse=True)
def net(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the enlarging net's weights are."""
    monkeypatch.setattr("engine.derive.has_net", lambda: True)


def recipe_of(model: str, text: str = "a red house --seed 7", **changes: Any) -> Recipe:
    (cell,) = translate(parse(text), CATALOG, default_model=model, drawn_seed=1, cells=1).cells
    return replace(cell, **changes)


class Mosaic(ModelMixin, ConfigMixin):  # type: ignore[misc]
    """An autoencoder that loses nothing of what it decoded: a latent is the colour of a square."""

    config_name = "config.json"

    @register_to_config  # type: ignore[untyped-decorator]
    def __init__(self, scaling_factor: float = 1.0, block_out_channels: tuple[int, ...] = (1, 1, 1, 1)) -> None:
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(1))

    def encode(self, pictures: torch.Tensor) -> Any:
        small = torch.nn.functional.avg_pool2d(pictures, 8)
        return type("Said", (), {"latents": torch.cat([small, torch.zeros_like(small[:, :1])], dim=1)})()

    def decode(self, latents: torch.Tensor, return_dict: bool = True, generator: Any = None) -> Any:
        pictures = torch.nn.functional.interpolate(latents[:, :3].clamp(-1, 1), scale_factor=8.0)
        return (pictures,)


@pytest.fixture
def painting() -> Callable[[Recipe, dict[str, bytes]], bytes]:
    """A model that really paints and repaints, as small as can be."""
    whole = tiny.build(Family.SD)
    model = Loaded(whole.entry, whole.pin, {**whole.components, "vae": Mosaic()}, "cpu", "float32", 0)

    def paint(recipe: Recipe, pictures: dict[str, bytes]) -> bytes:
        opened = {digest: Image.open(io.BytesIO(data)).convert("RGB") for digest, data in pictures.items()}
        return encode_png(painter_of(recipe.kind)(Easel(recipe, model, opened)))

    return paint


@pytest.fixture
def weights(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(2)
    path = tmp_path / "upscaler.safetensors"
    net = make_upscaler(width=4, depth=1)
    zeros = {name: torch.zeros_like(value) for name, value in net.state_dict().items() if name.startswith("body.4.")}
    save_file({**net.state_dict(), **zeros}, path)  # it adds nothing of its own
    monkeypatch.setattr(enlarging, "SHIPPED", path)


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def apart(one: bytes, other: bytes) -> float:
    """The mean difference of values, from 0 to 255."""
    return float(np.abs(pixels(one).astype(float) - pixels(other)).mean())


def detail(picture: np.ndarray) -> float:
    """How much each pixel differs from what lies around it."""
    grey = picture.astype(float).mean(axis=-1)
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.abs(4 * grey[1:-1, 1:-1] - around).mean())


def distances(recipe: Recipe, entry: Entry, paint: Callable[[Recipe, dict[str, bytes]], bytes]) -> list[float]:
    """From the parent to four of each kind of child."""
    parent = paint(recipe, {})
    pictures, digest = {sha(parent): parent}, sha(parent)
    kinds = [vary(recipe, digest, manner, 11, 4, entry).cells for manner in Manner]
    kinds.append(reroll([recipe] * 4, 11))
    return [float(np.mean([apart(parent, paint(cell, pictures)) for cell in cells])) for cells in kinds]


def small(**changes: Any) -> tuple[Recipe, Entry]:
    """A recipe for the fixture's model, and its entry."""
    entry = tiny.entry(Family.SD)
    recipe = recipe_of("sd15", width=SIDE, height=SIDE, guidance=1.0, negative="", steps=8, **changes)
    return recipe, entry


@pytest.mark.parametrize("steps", [2, 4, 8])
def test_a_model_goes_farther_from_the_parent_from_subtle_to_strong_to_reroll(painting: Any, steps: int) -> None:
    recipe, entry = small()
    subtle, strong, again = distances(replace(recipe, steps=steps), entry, painting)
    assert 0 < subtle * 1.1 < strong
    assert strong * 1.1 < again


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_cards_go_farther_from_the_parent_from_subtle_to_strong_to_reroll(seed: int) -> None:
    def paint(recipe: Recipe, pictures: dict[str, bytes]) -> bytes:
        opened = {digest: Image.open(io.BytesIO(data)) for digest, data in pictures.items()}
        return encode_png(painter_of(recipe.kind)(Easel(recipe, pictures=opened)))

    subtle, strong, again = distances(recipe_of("swatch", f"a red house --seed {seed}"), CATALOG.find("swatch"), paint)
    assert 0 < subtle * 1.2 < strong
    assert strong * 1.1 < again


@pytest.mark.usefixtures("weights")
def test_a_creative_enlargement_adds_what_a_subtle_one_does_not(painting: Any) -> None:
    recipe, entry = small()
    entry = replace(entry, longest=2 * SIDE)
    parent = painting(recipe, {})
    pictures = {sha(parent): parent}
    (subtle,), (creative,) = enlarge(recipe, sha(parent)).cells, enlarge_creatively(recipe, sha(parent), entry).cells
    first, second = painting(subtle, pictures), painting(creative, pictures)
    assert Image.open(io.BytesIO(first)).size == Image.open(io.BytesIO(second)).size == (4 * SIDE, 4 * SIDE)
    assert dict(creative.extras)["repaint_width"] == 2 * SIDE
    large = Image.open(io.BytesIO(parent)).resize((4 * SIDE, 4 * SIDE), Image.Resampling.NEAREST)
    plain = encode_png(np.asarray(large))
    assert apart(plain, first) < 1, "it is the same picture"
    assert detail(pixels(second)) > 1.1 * detail(pixels(first))
    assert painting(creative, pictures) == second
    other = painting(reroll([creative], 12)[0], pictures)
    assert apart(second, other) > 1, "its seed decides what is added"


def test_children_of_a_card_are_painted_without_torch() -> None:
    program = """
import asyncio, hashlib, sys
from engine import *
async def paint(engine, cells, pictures):
    engine.submit(Job("a", 1, "ada", Speed.FAST, cells, pictures=pictures))
    async for event in engine.events():
        if isinstance(event, (Finished, Failed)):
            return event.pictures[0]
async def main():
    async with await Engine.open(EngineSettings(device="none")) as engine:
        entry = engine.catalog.find("swatch")
        asked = translate(parse("a red house"), engine.catalog, default_model="swatch", drawn_seed=7, cells=1)
        card = await paint(engine, asked.cells, {})
        sha = hashlib.sha256(card.data).hexdigest()
        made = (vary(card.recipe, sha, Manner.STRONG, 5, 1, entry), enlarge(card.recipe, sha),
                enlarge_creatively(card.recipe, sha, entry))
        for child in made:
            picture = await paint(engine, child.cells, {sha: card.data})
            print(open_sheet(picture.data).width, end=" ")
asyncio.run(main())
print("torch" in sys.modules)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.split() == ["256", "1024", "1024", "False"]


def test_children_keep_what_their_parent_was_painted_with_and_enlarging_says_what_it_cannot() -> None:
    extras = (("stop", 60), ("tile", True), ("weird", 300))
    parent, entry = replace(recipe_of("swatch"), extras=extras), CATALOG.find("swatch")
    assert reroll([parent], 3)[0].extras == extras
    assert vary(parent, SHA, Manner.SUBTLE, 3, 1, entry).cells[0].extras == extras
    told = [note.message for note in enlarge(parent, SHA).notes]
    assert "--tile has no effect: enlarging does not look round the edges." in told
    child = enlarge(parent, SHA).cells[0]
    assert vary(child, SHA, Manner.SUBTLE, 3, 1, entry).cells[0].extras == ()


def test_a_card_is_enlarged_as_it_is_and_gains_detail_where_that_is_asked() -> None:
    recipe, entry = recipe_of("swatch"), CATALOG.find("swatch")
    card = painter_of("swatch")(Easel(recipe))
    pictures = {SHA: Image.fromarray(card)}
    subtle, creative = enlarge(recipe, SHA), enlarge_creatively(recipe, SHA, entry)
    large = [painter_of("upscale")(Easel(made.cells[0], pictures=pictures)) for made in (subtle, creative)]
    assert [one.shape for one in large] == [(1024, 1024, 3)] * 2
    again = np.asarray(Image.fromarray(large[0]).resize((256, 256), Image.Resampling.BOX)).astype(int)
    assert np.abs(again - card).mean() < 3
    assert detail(large[1]) > 1.03 * detail(large[0])
    assert [note.message for note in subtle.notes] == [
        "Upscale became a smooth enlargement: swatch paints without a net, and is enlarged without one."
    ]
    assert enlarge(subtle.cells[0], SHA).notes == subtle.notes


def test_rerolling_keeps_everything_but_the_seeds() -> None:
    cells = [recipe_of("sdxl", seed=seed, sources=(Source(Role.IMAGE, SHA, 0.5),)) for seed in range(4)]
    cells[0] = cells[0].painted_in(Environment("0.1"))
    again = reroll(cells, 99)
    assert [cell.seed for cell in again] == [cell_seed(99, at) for at in range(4)]
    assert [replace(cell, seed=at) for at, cell in enumerate(again)] == [cell.asked() for cell in cells]


def test_a_variation_starts_from_its_own_picture_and_nothing_else() -> None:
    parent = recipe_of("sdxl", sources=(Source(Role.IMAGE, "cd" * 32, 0.9), Source(Role.MASK, "ef" * 32)))
    made = vary(parent, SHA, Manner.SUBTLE, 5, 4, CATALOG.find("sdxl"))
    assert made.notes == ()
    assert [cell.seed for cell in made.cells] == [cell_seed(5, at) for at in range(4)]
    assert {cell.sources for cell in made.cells} == {(Source(Role.IMAGE, SHA, 0.35),)}
    assert {cell.phrases for cell in made.cells} == {parent.phrases}


@given(st.integers(1, 60), st.sampled_from([entry.name for entry in CATALOG]))
def test_however_few_steps_there_are_enough_are_painted_and_strong_paints_more(steps: int, model: str) -> None:
    entry = CATALOG.find(model)
    recipe = recipe_of(model, steps=steps)
    shares = []
    for manner in Manner:
        (cell,) = vary(recipe, SHA, manner, 5, 1, entry).cells
        painted = int(cell.steps * cell.sources[0].strength)
        assert min(painted, cell.steps) >= LEAST_STEPS
        shares.append(painted / cell.steps)
    assert shares[0] < shares[1]


def test_a_sampler_that_cannot_start_from_a_picture_is_changed_and_told() -> None:
    made = vary(recipe_of("flux-dev", "a --sampler unipc"), SHA, Manner.STRONG, 5, 1, CATALOG.find("flux-dev"))
    assert made.cells[0].scheduler == "flow"
    (note,) = made.notes
    assert note.message.startswith("--sampler unipc became flow: FLUX.1 dev starts from a picture")


def test_shapes_are_followed_further_where_the_family_can() -> None:
    control = Source(Role.CONTROL, "cd" * 32, 0.8, ModelPin("control", "control", ""))
    kept = vary(recipe_of("sdxl", sources=(control,)), SHA, Manner.SUBTLE, 5, 1, CATALOG.find("sdxl"))
    assert kept.cells[0].sources[1:] == (control,)
    lost = vary(recipe_of("qwen", sources=(control,)), SHA, Manner.SUBTLE, 5, 1, CATALOG.find("qwen"))
    assert lost.cells[0].sources == (Source(Role.IMAGE, SHA, 0.35),)
    assert [note.parameter for note in lost.notes] == [Role.CONTROL]


def test_a_model_that_cannot_start_from_a_picture_keeps_the_seed_and_leads_the_words_away() -> None:
    entry = replace(CATALOG.find("sdxl"), tasks=frozenset({Task.TEXT}))
    chaos = []
    for manner in Manner:
        for start in (0, 90):
            made = vary(recipe_of("sdxl", chaos=start), SHA, manner, 5, 4, entry)
            assert {(cell.seed, cell.sources) for cell in made.cells} == {(7, ())}
            assert made.notes[0].message.startswith(f"Vary ({manner}) became the same seed with other chaos: Stable")
            chaos.append([abs(cell.chaos - start) for cell in made.cells])
    assert all(len(set(steps)) == 4 and min(steps) > 0 for steps in chaos)
    assert max(chaos[0]) < min(chaos[2])
    silent = vary(recipe_of("sdxl", phrases=(Phrase(""),)), SHA, Manner.SUBTLE, 5, 2, entry)
    assert [cell.seed for cell in silent.cells] == [cell_seed(5, 0), cell_seed(5, 1)]
    assert "other seeds" in silent.notes[0].message


def only(made: Derived) -> Recipe:
    (cell,) = made.cells
    return cell


def test_where_the_net_is_not_a_picture_is_enlarged_smoothly_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.derive.has_net", lambda: False)
    derived = enlarge(recipe_of("sdxl", "a red house"), SHA)
    assert dict(derived.cells[0].extras)["enlarger"] == "lanczos"
    assert [note.message for note in derived.notes] == [
        "Upscale became a smooth enlargement: the enlarging net is not on this machine."
    ]


def test_an_enlarged_picture_has_children_of_its_own() -> None:
    entry = CATALOG.find("sdxl")
    parent = recipe_of("sdxl", "a red house --ar 3:2")
    large = only(enlarge(parent, SHA))
    assert (large.kind, large.width, large.height) == ("upscale", 4096, round(4096 * parent.height / parent.width))
    child = only(vary(large, "cd" * 32, Manner.SUBTLE, 5, 1, entry))
    assert (child.kind, child.width, child.height, child.extras) == ("diffusion", parent.width, parent.height, ())
    assert child.sources == (Source(Role.IMAGE, "cd" * 32, 0.35),)
    with pytest.raises(RecipeError, match="cannot get larger than it is"):
        enlarge(large, SHA)
    plain = replace(entry, tasks=frozenset({Task.TEXT}))
    assert only(vary(large, SHA, Manner.SUBTLE, 5, 1, plain)).sources == ()


def test_a_size_is_honoured_within_what_enlarging_can() -> None:
    parent = recipe_of("sdxl")
    assert (only(enlarge(parent, SHA, Size(2048, 2048))).width, only(enlarge(parent, SHA)).width) == (2048, 4096)
    for size in (Size(1024, 1024), Size(8192, 8192), Size(512, 512)):
        with pytest.raises(RecipeError, match="Use more than it has, up to 4 times"):
            enlarge(parent, SHA, size)


def test_a_repaint_stays_within_what_the_model_paints_and_says_where_it_cannot() -> None:
    entry = CATALOG.find("sdxl")
    made = enlarge_creatively(recipe_of("sdxl", "a --ar 3:2"), SHA, entry)
    extras = dict(only(made).extras)
    assert (extras["repaint_width"], extras["painter"], extras["repaint"]) == (2048, "diffusion", 0.3)
    assert int(extras["repaint_height"]) % entry.multiple == 0
    assert made.notes == ()
    small = CATALOG.find("pocket")
    extras = dict(only(enlarge_creatively(recipe_of("pocket"), SHA, small)).extras)
    assert (extras["repaint_width"], small.longest_repaint) == (320, 320)
    for other, reason in (
        (replace(entry, tasks=frozenset({Task.TEXT})), "cannot start from a picture"),
        (replace(entry, longest=1024), "paints over at most 1024 pixels a side"),
    ):
        made = enlarge_creatively(recipe_of("sdxl"), SHA, other)
        assert only(made).extras == (("enlarger", "net"),)
        assert reason in made.notes[0].message


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(RecipeError, match="Give the entry of the recipe's own model"):
        vary(recipe_of("sdxl"), SHA, Manner.SUBTLE, 5, 1, CATALOG.find("sd15"))
    with pytest.raises(RecipeError, match=r"cells: are 0\. Ask for one or more."):
        vary(recipe_of("sdxl"), SHA, Manner.SUBTLE, 5, 0, CATALOG.find("sdxl"))
