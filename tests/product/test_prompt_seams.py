"""Where parts of the prompt language meet: habits with drafts and films, edits with braces, long and strange texts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import read_recipes
from sandbox.member import Member
from tests.product.house import House, Json, eventually, labels, painted, press, said_aside, until_ended
from tests.product.looking import data_of, distance, picture_of
from tests.product.test_every_parameter import newest, typed
from tests.product.test_films_and_drafts import film_in
from tests.product.test_image_prompts import link_of
from tests.product.test_preferences import prefer
from tests.product.test_remix import switch
from tests.product.test_setup_words import set_words

PAGE = Path(__file__).parents[2] / "docs" / "prompt-language.md"
EXAMPLE = re.compile(r"```\n(you type .*\nwhat runs .*)\n```")


@pytest.mark.parametrize(
    ("option", "suffix", "prompt", "title", "ran"),
    [
        ("--draft --ar 3:2", "", "a house --mine --steps 8", "a house --mine", "a house --ar 3:2 --steps 8"),
        ("", "--chaos 20", "a house --draft --steps 8", "a house --steps 8", "a house --steps 8 --chaos 20"),
        ("", "--draft", "a house --steps 8", "a house --steps 8", "a house --steps 8"),
    ],
)
async def test_a_draft_in_full_says_what_ran_in_full(
    house: House, cleo: Member, option: str, suffix: str, prompt: str, title: str, ran: str
) -> None:
    if option:
        await prefer(cleo, "option set", name="mine", value=option)
    if suffix:
        await prefer(cleo, "suffix", parameters=suffix)
    draft = await until_ended(cleo, await typed(cleo, prompt))
    full = await until_ended(cleo, await press(cleo, draft, "In full"))
    head, below = full["content"].splitlines()
    assert head.startswith(f"**{title}")
    assert below == f"-# ↳ {ran}"
    job = await newest(house, cleo)
    assert job is not None
    assert job.effective == ran


async def test_a_picture_taken_out_of_a_filmed_draft_is_varied_with_film_and_in_full(
    house: House, cleo: Member
) -> None:
    draft = await until_ended(cleo, await typed(cleo, "a house --draft --video --steps 8"))
    single = await until_ended(cleo, await press(cleo, draft, "U1"))
    assert film_in(single) is None
    varied = await until_ended(cleo, await press(cleo, single, "Vary (Strong)"))
    assert film_in(varied) is not None
    assert "In full" in labels(varied)
    large = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    assert film_in(await until_ended(cleo, await press(cleo, large, "Vary (Subtle)"))) is not None


@pytest.mark.parametrize(("label", "what"), [("🔄", "once more"), ("V2", "strong variations of picture 2")])
@pytest.mark.parametrize(
    ("edited", "ran"),
    [
        ("a {red, blue} barn --steps 2", ["a red barn --steps 2", "a blue barn --steps 2"]),
        ("a barn --repeat 2 --steps 2", ["a barn --steps 2", "a barn --steps 2"]),
    ],
)
async def test_an_edited_prompt_may_ask_for_several_at_once(
    house: House, cleo: Member, label: str, what: str, edited: str, ran: list[str]
) -> None:
    grid = await painted(cleo)
    await switch(cleo, "Remix: off")
    dialog = await cleo.click(grid, label)
    assert dialog.modal is not None
    card = (await cleo.submit(dialog.modal, {"prompt": edited})).message
    assert card is not None
    assert "**2 jobs**, once you say so" in card["content"]
    assert "on their way" in (await press(cleo, card, "Paint all 2"))["content"]
    for text in ran:
        await until_ended(cleo, await said_aside(cleo, "painting", f"{text}** · {what}"))

    async def are_all_there() -> bool:  # two of the same words cannot be waited for one by one
        return len([one for one in await cleo.messages("painting") if what in one["content"]]) == len(ran)

    await eventually(are_all_there)


async def edited_variation(member: Member, grid: Json, text: str) -> Json:
    dialog = await member.click(grid, "V2")
    assert dialog.modal is not None
    said = (await member.submit(dialog.modal, {"prompt": text})).message
    assert said is not None
    return await until_ended(member, said)


async def test_the_example_of_the_documentation_runs_as_it_says(ada: Member, cleo: Member) -> None:
    await set_words(ada, "here", "--ar 1:1 --weird 50")
    await prefer(cleo, "option set", name="mine", value="--ar 7:4 --stylize 250")
    await prefer(cleo, "suffix", parameters="--chaos 20")
    example = EXAMPLE.search(PAGE.read_text())
    assert example is not None
    typed_text, ran = (line[12:] for line in example[1].splitlines())
    grid = await until_ended(cleo, await typed(cleo, typed_text))
    assert f"-# ↳ {ran}" in grid["content"].splitlines()


async def test_a_seed_in_an_edited_variation_is_that_of_its_noise(cleo: Member) -> None:
    grid = await painted(cleo)
    await switch(cleo, "Remix: off")
    pictures = []
    for seed in (7, 7, 8):
        varied = await edited_variation(cleo, grid, f"a blue barn --seed {seed} --steps 2")
        assert read_recipes(await data_of(cleo, varied))[0].seed == seed
        pictures.append(await picture_of(cleo, varied))
    assert distance(pictures[0], pictures[1]) == 0
    assert distance(pictures[0], pictures[2]) > 0


async def test_a_link_in_an_edited_variation_is_told_to_have_no_effect(cleo: Member) -> None:
    grid = await painted(cleo)
    await switch(cleo, "Remix: off")
    varied = await edited_variation(cleo, grid, f"{await link_of(cleo)} a blue barn --steps 2")
    assert "The link in front of the text has no effect" in varied["content"]


async def test_six_thousand_characters_and_a_suffix_are_explained(cleo: Member) -> None:
    await prefer(cleo, "suffix", parameters="--chaos 20")
    told = await typed(cleo, "x" * 6000)
    assert "suffix" in told["content"]
    assert "6,011 characters; 6,000 are the most. Shorten it by 11." in told["content"]
    longest = await until_ended(cleo, await typed(cleo, "x" * 5979 + " --steps 2"))
    assert longest["attachments"]


async def test_a_word_that_was_told_once_is_not_told_again_with_the_next_grid(house: House, cleo: Member) -> None:
    folder = house.folder.parent / "slow" / "tokenizer"
    folder.mkdir()
    (folder / "tokenizer.json").write_text('{"model": {"type": "WordLevel", "vocab": {"a": 1, "house": 3}}}')
    first = await painted(cleo, "a zeppelin --model slow --guidance 4")
    assert "never learned" in first["content"]
    again = (await until_ended(cleo, await press(cleo, first, "🔄")))["content"]
    assert "never learned" not in again
    assert "--guidance 4 has no effect" in again


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("<@1> a cat", "**\\<@1\\> a cat"),
        ("@everyone <#5> a cat", "**@everyone \\<#5\\> a cat"),
        ("```py\na cat\n``` at night", "**\\`\\`\\`py a cat \\`\\`\\` at night"),
        ("*bold* ||spoiler|| a cat", "**\\*bold\\* \\|\\|spoiler\\|\\| a cat"),
        ("قطة حمراء على التل", "**قطة حمراء على التل"),
        ("赤い家、緑の丘", "**赤い家、緑の丘"),
        ("🐈\u200d⬛ on a 🏠", "**🐈\u200d⬛ on a 🏠"),
        ("a\u202ecat", "**acat"),
        ("дом на холме—красный", "**дом на холме—красный"),
        ("a sign “50% --ar 7:1”", "**a sign “50% --ar 7:1”"),
    ],
)
async def test_whatever_script_or_mark_a_prompt_has_it_is_shown_as_text_and_calls_nobody(
    house: House, cleo: Member, prompt: str, shown: str
) -> None:
    grid: Json = await painted(cleo, prompt)
    assert grid["content"].startswith(shown)
    assert [one["id"] for one in grid.get("mentions", [])] in ([], [cleo.user_id])
    job = await newest(house, cleo)
    assert job is not None
    assert job.text == f"{prompt} --steps 2"
