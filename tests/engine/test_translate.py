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


def test_stylize_mixes_each_wanted_text_with_itself_as_art() -> None:
    art = CATALOG.find("flux").styling
    assert first("a --s 250", default_model="flux").phrases == (Phrase("a", 0.75), Phrase(f"a, {art}", 0.25))
    assert first("a --s 1000", default_model="flux").phrases == (Phrase(f"a, {art}", 1.0),)
    assert first("a::3 b::-1 --s 500", default_model="flux").phrases == (
        Phrase("a", 0.75),
        Phrase(f"a, {art}", 0.75),
        Phrase("b", -0.5),
    )
    long = "very " * 60 + "long"
    assert first(f"{long} --s 1000", default_model="flux").phrases[0].text == f"{art}, {long}"
    (note,) = notes("a --s 250", default_model="qwen")
    assert note == (
        "--stylize 250 became 2 texts that guide each step together: Qwen-Image cannot mix words before painting."
    )
    assert first("a --stylize 100", default_model="pocket").phrases[1].text.startswith("a, oil painting")


def test_quality_and_draft_multiply_the_steps_and_say_where_they_cannot() -> None:
    def steps(text: str, model: str = "sdxl") -> int:
        return first(text, default_model=model).steps

    assert [steps(f"a {flags}") for flags in ("--q .5", "--q 2", "--draft", "--q 2 --draft")] == [15, 60, 15, 30]
    assert steps("a --steps 50 --q 2") == 100
    assert steps("a --draft --model schnell") == 2
    assert notes("a --q 4", default_model="schnell") == [
        "--quality 4 became 12 steps: FLUX.1 schnell gains nothing from more."
    ]
    assert notes("a --steps 12 --q 2", default_model="schnell") == [
        "--quality 2 has no effect: FLUX.1 schnell cannot be painted with more."
    ]
    assert notes("a --steps 1 --draft") == [
        "--draft has no effect: Stable Diffusion XL 1.0 cannot be painted with less."
    ]


def test_stopping_early_is_written_down_unless_there_is_nothing_between() -> None:
    assert first("a --stop 60").extras == (("stop", 60),)
    assert notes("a --stop 60") == []
    assert first("a --stop 60", default_model="turbo").extras == (("stop", 60),)
    assert first("a --stop 80", default_model="turbo").extras == ()
    assert notes("a --stop 80", default_model="turbo") == [
        "--stop 80 has no effect: 2 steps are too few to stop between."
    ]


def test_tiles_are_exact_on_convolutions_and_told_apart_on_transformers() -> None:
    for model in ("sdxl", "sd15", "pocket", "swatch"):
        assert (first("a --tile", default_model=model).extras, notes("a --tile", default_model=model)) == (
            (("tile", True),),
            [],
        )
    for model in ("sd3.5m", "flux", "klein", "z-image-turbo", "qwen"):
        assert first("a --tile", default_model=model).extras == (("tile", True),)
        assert notes("a --tile", default_model=model)[0].startswith(
            "--tile became edges that are moved into the middle"
        )
    control = Source(Role.CONTROL, "ef" * 32)
    assert first("a --tile", sources=[control], default_model="flux").extras == ()
    assert "--tile has no effect" in notes("a --tile", sources=[control], default_model="flux")[0]


def test_weird_is_written_down_on_every_model() -> None:
    for entry in CATALOG:
        assert first("a --weird 700", default_model=entry.name).extras == (("weird", 700),)
        assert notes("a --weird 700", default_model=entry.name) == []


def test_hd_is_twice_as_large_where_the_model_goes_that_far() -> None:
    def size(text: str, model: str) -> str:
        recipe = first(text, default_model=model)
        return f"{recipe.width}x{recipe.height}"

    assert size("a --hd", "sdxl") == "2048x2048"
    assert size("a --hd --ar 3:2", "flux") == "2032x1392"
    assert size("a --hd --ar 3:2", "pocket") == "496x336"
    assert size("a --sd", "sdxl") == size("a", "sdxl") == "1024x1024"
    assert notes("a --hd") == []
    (note,) = notes("a --hd", default_model="sd3.5m")
    assert note == "--hd became 1408x1408: Stable Diffusion 3.5 Medium paints at most 1440 pixels a side."
    for entry in CATALOG:
        large, plain = first("a --hd", default_model=entry.name), first("a", default_model=entry.name)
        assert large.width > plain.width or "--hd has no effect" in notes("a --hd", default_model=entry.name)[0]
        assert max(large.width, large.height) <= entry.longest


def test_image_weight_says_how_far_the_picture_may_change() -> None:
    text = "https://cdn.example/a.png a cat"
    strengths = [first(f"{text} --iw {w}", sources=[IMAGE]).sources[0].strength for w in ("0", ".5", "1", "2", "3")]
    assert strengths == pytest.approx([1.0, 0.8, 0.6, 0.3, 0.2])
    assert first(f"{text} --iw 1", sources=[IMAGE]) == first(text, sources=[IMAGE])
    assert notes("a --iw 2") == ["--iw 2 has no effect: the painting starts from no picture."]


def test_of_several_pictures_for_one_thing_the_first_is_used_and_that_is_said() -> None:
    text = "https://cdn.example/a.png https://cdn.example/b.png a cat"
    other = Source(Role.IMAGE, "ab" * 32)
    assert first(text, sources=[IMAGE, other]).sources == (IMAGE,)
    assert notes(text, sources=[IMAGE, other]) == [
        "A further image picture has no effect: Stable Diffusion XL 1.0 starts from one at a time."
    ]


def test_version_numbers_of_elsewhere_lead_to_the_usual_model_and_are_told() -> None:
    for number in ("6", "5.2", "8.1"):
        assert first(f"a --v {number}").model.name == "sdxl"
        assert notes(f"a --v {number}") == [
            f"--model {number} became --model sdxl: models here have names, and no version numbers."
        ]
    assert notes("a --v xl") == []


def test_raw_by_either_name_is_told_where_nothing_would_be_added() -> None:
    for asked in ("--raw", "--style raw"):
        told = f"{asked} has no effect: FLUX.1 dev adds nothing to your words anyway."
        assert notes(f"a {asked}", default_model="flux") == [told]
    assert len(notes("a --raw --style raw", default_model="flux")) == 1


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
        if (
            "steps" in dict(asked)
            and not {"quality", "draft"} & dict(asked).keys()
            and work.cells[0].steps != dict(asked)["steps"]
        ):
            assert "steps" in told
        if "no" in dict(asked) and not work.cells[0].negative:
            assert "no" in told
