"""Each row of the engine's table, typed in Discord: what it changes in the job that is stored, or which note tells that
it changes nothing on this model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from bot.store import jobs
from bot.store.jobs import Job
from bot.store.words import Privacy
from engine import TABLE, Parameter, Phrase, Recipe, from_json
from sandbox.member import Member
from tests.product.house import House, Json, until_ended

PLAIN = "a red house"
SEED = "--seed 7"


@dataclass(frozen=True, slots=True)
class Effect:
    """`holds` of the first recipe and the stored job; `told` stands under the picture, or in place of a job."""

    typed: str
    holds: Callable[[Recipe, Job], bool] | None = None
    told: str = ""


EFFECTS = {
    "aspect": Effect("--ar 2:1", lambda recipe, _: recipe.width > 1.8 * recipe.height),
    "seed": Effect(SEED, lambda recipe, _: recipe.seed == 7),
    "no": Effect(
        "--no people, text",
        lambda recipe, _: Phrase("people, text", -1.0) in recipe.phrases,
        "became people, text::-0.5: Swatch has no negative prompt",
    ),
    "model": Effect("--model slow", lambda recipe, _: recipe.model.name == "slow"),
    "steps": Effect("--steps 3", lambda recipe, _: recipe.steps == 3),
    "guidance": Effect("--guidance 6.5", told="--guidance 6.5 has no effect: Swatch was trained to need no guidance"),
    "sampler": Effect("--sampler euler", lambda recipe, _: recipe.scheduler == "euler"),
    "chaos": Effect("--chaos 40", lambda recipe, _: recipe.chaos == 40),
    "style": Effect("--style raw", told="--style raw has no effect: Swatch adds nothing to your words anyway"),
    "raw": Effect("--raw", told="--raw has no effect: Swatch adds nothing to your words anyway"),
    "stylize": Effect("--stylize 250", lambda recipe, _: [each.weight for each in recipe.phrases] == [0.75, 0.25]),
    "weird": Effect("--weird 500", lambda recipe, _: dict(recipe.extras) == {"weird": 500}),
    "image weight": Effect("--iw 2", told="--iw 2 has no effect: the painting starts from no picture"),
    "tile": Effect("--tile", lambda recipe, _: dict(recipe.extras) == {"tile": True}),
    "hd": Effect("--hd", lambda recipe, _: (recipe.width, recipe.height) == (512, 512)),
    "sd": Effect("--sd", lambda recipe, _: (recipe.width, recipe.height) == (256, 256)),
    "quality": Effect("--quality 2", lambda recipe, _: recipe.steps == 16),
    "draft": Effect("--draft", lambda recipe, job: (recipe.steps, job.full_steps) == (4, 8)),
    "stop": Effect("--stop 60", lambda recipe, _: dict(recipe.extras) == {"stop": 60}),
    "repeat": Effect("--repeat 3", told="**3 jobs**, once you say so"),
    "video": Effect("--video", lambda _, job: job.film),
    "fast": Effect("--fast", lambda _, job: job.speed == "fast"),
    "relax": Effect("--relax", lambda _, job: job.speed == "relax"),
    "turbo": Effect("--turbo", lambda _, job: job.speed == "turbo"),
    "stealth": Effect("--stealth", lambda _, job: job.privacy is Privacy.STEALTH),
    "public": Effect("--public", lambda _, job: job.privacy is Privacy.PUBLIC),
    "quote": Effect("--quote", told="**What it would cost.** Nothing is painted yet"),
}
AS_USUAL = ("fast", "public", "sd")  # what is had without them; below, each goes against a habit
NO_JOB = ("repeat", "quote")


async def typed(member: Member, prompt: str) -> Json:
    outcome = await member.command("painting", "imagine", prompt=prompt)
    assert outcome.message is not None
    return outcome.message


async def newest(house: House, member: Member) -> Job | None:
    async with house.desk.store.read() as tx:
        return next(iter(await jobs.of_member(tx, int(member.user_id), 1)), None)


def test_every_row_of_the_table_is_looked_at() -> None:
    assert set(EFFECTS) == {row.name for row in TABLE}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
async def test_what_is_typed_reaches_the_job_or_is_told(house: House, cleo: Member, row: Parameter[Any]) -> None:
    effect = EFFECTS[row.name]
    said = await typed(cleo, f"{PLAIN} {effect.typed}")
    job = await newest(house, cleo)
    if row.name in NO_JOB:
        assert job is None
        assert effect.told in said["content"]
        return
    assert job is not None
    assert effect.holds is not None or effect.told
    assert effect.holds is None or effect.holds(from_json(job.cells[0]), job)
    if effect.told:
        assert effect.told in (await until_ended(cleo, said))["content"]
    else:
        assert job.notes == ()


@pytest.mark.parametrize("name", [name for name in EFFECTS if EFFECTS[name].holds and name not in AS_USUAL])
async def test_without_it_the_job_is_another(house: House, cleo: Member, name: str) -> None:
    holds = EFFECTS[name].holds
    assert holds is not None
    await typed(cleo, PLAIN)
    job = await newest(house, cleo)
    assert job is not None
    assert not holds(from_json(job.cells[0]), job)


@pytest.mark.parametrize(("habit", "name"), [("--relax", "fast"), ("--stealth", "public"), ("--hd", "sd")])
async def test_what_is_usual_goes_against_a_habit(house: House, cleo: Member, habit: str, name: str) -> None:
    effect = EFFECTS[name]
    assert effect.holds is not None
    await cleo.command("painting", "prefer suffix", parameters=habit)
    for prompt, is_so in ((PLAIN, False), (f"{PLAIN} {effect.typed}", True)):
        await typed(cleo, prompt)
        job = await newest(house, cleo)
        assert job is not None
        assert effect.holds(from_json(job.cells[0]), job) is is_so
