"""Prompts to recipes: what each parameter does, and what is said where a model does otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from engine.errors import PromptError, UnknownModelError
from engine.language.prompt import Prompt, parse
from engine.models.catalog_toml import load_catalog
from engine.recipe import Adapter, Phrase, Recipe, Role, Source, Weighting, cell_seed
from engine.translate import Effect, Translation, translate
from tests.engine.language.test_prompt import prompts

CATALOG = load_catalog()
STYLES = {"ink": Adapter("ink", "ab" * 32, 0.8)}
IMAGE = Source(Role.IMAGE, "cd" * 32, 0.6)


def worked(text: str, **more: object) -> Translation:
    fields: dict[str, object] = {"default_model": "sdxl", "drawn_seed": 11, "styles": STYLES, **more}
    return translate(parse(text), CATALOG, **fields)  # type: ignore[arg-type]


def first(text: str, **more: object) -> Recipe:
    return worked(text, **more).cells[0]


def notes(text: str, **more: object) -> list[str]:
    return [note.message for note in worked(text, **more).notes]


def test_plain_prompt_takes_the_models_own_values() -> None:
    recipe = first("a red house")
    assert (recipe.model.name, recipe.width, recipe.height) == ("sdxl", 1024, 1024)
    assert (recipe.steps, recipe.guidance, recipe.scheduler, recipe.chaos) == (30, 7.0, "euler", 0)
    assert recipe.phrases == (Phrase("a red house"),)
    assert recipe.negative == "blurry, low quality, watermark"
    assert notes("a red house") == []


def test_every_cell_has_its_own_seed_and_is_otherwise_the_same() -> None:
    cells = worked("a --seed 7").cells
    assert [cell.seed for cell in cells] == [cell_seed(7, n) for n in range(4)]
    assert len({cell.asked().phrases for cell in cells}) == 1
    assert first("a").seed == 11
    assert first("a --seed 0").seed == 0
    assert worked("a --seed 7", cells=1).cells == cells[:1]


def test_what_is_asked_for_is_taken() -> None:
    recipe = first("a --model sd15 --ar 3:2 --steps 44 --guidance 5.5 --sampler unipc --chaos 30 --no b, c --raw")
    assert (recipe.model.name, recipe.width / recipe.height) == ("sd1.5", 1.5)
    assert (recipe.steps, recipe.guidance, recipe.scheduler, recipe.chaos) == (44, 5.5, "unipc", 30)
    assert recipe.negative == "b, c"


@pytest.mark.parametrize(
    ("roles", "model", "problem"),
    [
        ([Role.IMAGE, Role.IMAGE], "sdxl", "There are 2 image pictures; give one."),
        ([Role.IMAGE, Role.IMAGE, Role.IMAGE], "swatch", "There are 3 image pictures; give one."),
        ([Role.CONTROL, Role.CONTROL], "sdxl", "There are 2 control pictures; give one."),
        ([Role.IMAGE, Role.MASK, Role.MASK], "flux-dev", "There are 2 mask pictures; give one."),
        ([Role.MASK], "sdxl", "There is a mask and no picture that it belongs to"),
        ([Role.IMAGE, Role.CONTROL], "sd3.5-medium", "cannot paint with control and image at once; leave one of"),
    ],
)
def test_pictures_that_do_not_go_together_are_refused(roles: list[Role], model: str, problem: str) -> None:
    sources = [Source(role, f"{at:064d}", 0.5) for at, role in enumerate(roles)]
    with pytest.raises(PromptError) as refused:
        worked("a red house", sources=sources, default_model=model)
    (fault,) = refused.value.faults
    assert problem in fault.message


def test_neutral_values_change_nothing() -> None:
    plain = worked("a").cells
    assert worked("a --chaos 0").cells == plain
    assert worked("a --ar 1:1").cells == plain


def test_unwanted_words_count_against_the_text_where_there_is_no_negative_prompt() -> None:
    for text, model in (("a --no b, c", "flux-dev"), ("a --no b, c --guidance 1", "sdxl")):
        recipe = first(text, default_model=model)
        assert recipe.phrases == (Phrase("a", 2.0), Phrase("b, c", -1.0))
        assert recipe.negative == ""
        assert notes(text, default_model=model)[0].startswith("--no b, c became b, c::-0.5: ")


def test_weights_sum_to_one_and_models_that_cannot_mix_words_guide_by_each() -> None:
    assert first("a::2 b::-.5").phrases == (Phrase("a", 2 / 1.5), Phrase("b", -0.5 / 1.5))
    assert notes("a::2 b") == []
    assert first("a::2 b", default_model="qwen").weighting is Weighting.GUIDANCE
    assert notes("a::2 b", default_model="qwen") == [
        ":: became 2 texts that guide each step together: Qwen-Image cannot mix words before painting."
    ]


def test_more_than_a_model_takes_is_cut_and_said() -> None:
    assert first("a --steps 100", default_model="schnell").steps == 12
    assert notes("a --steps 100", default_model="schnell") == [
        "--steps 100 became 12: FLUX.1 schnell gains nothing from more."
    ]
    assert notes("a --guidance 25", default_model="flux-dev") == [
        "--guidance 25 became 20: FLUX.1 dev takes at most that."
    ]
    assert notes("a --ar 14:1", default_model="sdxl") == []
    assert notes("a --ar 10:1", default_model="sd15") == [
        "--ar 10:1 became 768x64: it is the nearest that Stable Diffusion 1.5 paints."
    ]


def test_what_has_no_effect_is_said() -> None:
    (note,) = worked("a --guidance 5", default_model="turbo").notes
    assert note.effect is Effect.NONE
    assert note.message == "--guidance 5 has no effect: SDXL-Turbo was trained to need no guidance."
    assert notes("a --raw", default_model="flux") == [
        "--raw has no effect: FLUX.1 dev adds nothing to your words anyway."
    ]


def test_style_is_an_adapter_or_raw() -> None:
    assert first("a --style ink").adapters == (STYLES["ink"],)
    assert first("a --style raw").negative == first("a --raw").negative == ""


def test_pictures_go_in_where_the_model_takes_them() -> None:
    text = "https://cdn.example/a.png a cat"
    assert first(text, sources=[IMAGE]).sources == (IMAGE,)
    control = Source(Role.CONTROL, "ef" * 32)
    assert first("a", sources=[control], default_model="klein").sources == ()
    assert notes("a", sources=[control], default_model="klein") == [
        "The control picture has no effect: FLUX.2 klein 4B cannot use it."
    ]


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("a --model sdlx", "--model sdlx", "There is no model named sdlx. Did you mean sdxl?"),
        ("a --sampler flow", "--sampler flow", "XL 1.0 cannot be painted with --sampler flow; use one of ddim, ddpm"),
        ("a --style inc", "--style inc", "There is no style named inc; there are raw, ink. Did you mean ink?"),
        ("https://x.y/a.png a", "https://x.y/a.png", "The picture at https://x.y/a.png was not fetched"),
    ],
)
def test_what_cannot_be_done_is_refused_at_its_place(text: str, place: str, told: str) -> None:
    with pytest.raises(PromptError) as caught:
        worked(text)
    (fault,) = caught.value.faults
    assert text[fault.span.start : fault.span.end] == place
    assert told in fault.message


def test_all_that_cannot_be_done_is_told_at_once() -> None:
    with pytest.raises(PromptError) as caught:
        worked("a --sampler flow --style inc")
    assert [fault.parameter for fault in caught.value.faults] == ["sampler", "style"]


def test_wrong_default_is_the_operators_fault() -> None:
    with pytest.raises(UnknownModelError, match="nope"):
        worked("a", default_model="nope")


@settings(max_examples=150, deadline=None)
@given(prompts())
def test_every_prompt_gives_recipes_on_every_model(prompt: Prompt) -> None:
    """Whatever a prompt asks for, each model paints it or says why not."""
    asked = tuple((name, value) for name, value in prompt.settings if name not in ("model", "style", "sampler"))
    for entry in CATALOG:
        work = translate(
            Prompt(parts=prompt.parts, settings=asked), CATALOG, default_model=entry.name, drawn_seed=1, cells=2
        )
        assert [cell.seed for cell in work.cells] == [cell_seed(work.cells[0].seed, n) for n in range(2)]
        assert sum(phrase.weight for phrase in work.cells[0].phrases) == pytest.approx(1)
        told = {note.parameter for note in work.notes}
        if "guidance" in dict(asked) and work.cells[0].guidance != dict(asked)["guidance"]:
            assert "guidance" in told
        if "steps" in dict(asked) and work.cells[0].steps != dict(asked)["steps"]:
            assert "steps" in told
        if "no" in dict(asked) and not work.cells[0].negative:
            assert "no" in told
