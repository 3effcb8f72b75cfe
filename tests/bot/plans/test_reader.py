"""The file of plans: what ships, what is read, and that every fault is told with its line and a remedy."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.plans.plan import Pack, Plan, Price, Relax
from bot.plans.reader import _FIELDS, SHIPPED, PlansError, read_plans
from engine import Speed

ROOT = Path(__file__).parents[3]
SMALL = 'default = "free"\n[plans.free]\ntitle = "Free"\nfast = "24 min"\n'

WHOLE = """
default = "all"
time_zone = "Europe/Berlin"
[plans.all]
title = "All"
fast = "1.5 h"
relax = "90 min"
turbo_running = 2
running = 4
waiting = 9
stealth = true
models = ["pocket", "sdxl"]
confirmed = ["sdxl"]
permutations = 7
repeats = 8
largest = "1024x512"
upload_mib = 3
storage = "1.5 GiB"
weight = 2
price = "9 EUR"
yearly_price = "90.50 EUR"
link = "https://example.org/plans"
terms = "Be kind."
rollover = "30 min"
offered = false
sku = "80351110224678912"
stripe = ["price_month", "price_year"]
role = "80351110224678913"
[packs.ten]
title = "Ten hours"
time = "10 h"
sku = "80351110224678914"
price = "15.00 USD"
link = "https://buy.stripe.com/2"
[roles]
80351110224678915 = "all"
"80351110224678916" = "all"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "plans.toml"
    path.write_text(text)
    return path


def told(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(PlansError) as caught:
        read_plans(write(folder, text))
    return caught.value.sentences


def test_plans_that_ship_are_those_that_members_know() -> None:
    plans = read_plans()
    assert [plan.title for plan in plans] == ["Free", "Basic", "Standard", "Pro", "Mega", "Open"]
    assert plans.default.name == "open"
    assert plans.default.is_unbounded
    assert all(max(plan.permutations, plan.repeats) <= plan.waiting for plan in plans)  # or it promises what never fits
    hours = {plan.name: plan.fast_gpu_ms and plan.fast_gpu_ms / 3_600_000 for plan in plans}
    assert hours == {"free": 0.4, "basic": pytest.approx(200 / 60), "standard": 15, "pro": 30, "mega": 60, "open": None}
    assert [str(plan.price) for plan in plans if plan.price] == ["10.00 USD", "30.00 USD", "60.00 USD", "120.00 USD"]


def test_every_line_of_a_plan_is_read(tmp_path: Path) -> None:
    plans = read_plans(write(tmp_path, WHOLE))
    assert plans.default == Plan(
        name="all",
        title="All",
        fast_gpu_ms=5_400_000,
        relax=Relax.CAPPED,
        relax_gpu_ms=5_400_000,
        turbo_running=2,
        running=4,
        waiting=9,
        stealth=True,
        models=frozenset({"pocket", "sdxl"}),
        confirmed=frozenset({"sdxl"}),
        permutations=7,
        repeats=8,
        pixels=1024 * 512,
        upload_bytes=3 * 2**20,
        storage_bytes=3 * 2**29,
        weight=2.0,
        price=Price(900, "EUR"),
        yearly_price=Price(9050, "EUR"),
        link="https://example.org/plans",
        terms="Be kind.",
        rollover_gpu_ms=1_800_000,
        offered=False,
        sku=80_351_110_224_678_912,
        stripe=("price_month", "price_year"),
        role=80_351_110_224_678_913,
    )
    ten = Pack(
        name="ten",
        title="Ten hours",
        gpu_ms=36_000_000,
        sku=80_351_110_224_678_914,
        price=Price(1500, "USD"),
        link="https://buy.stripe.com/2",
    )
    assert plans.packs == (ten,)
    assert plans.roles == dict.fromkeys((80_351_110_224_678_915, 80_351_110_224_678_916), plans.default)
    assert plans.sold_as(80_351_110_224_678_912) is plans.default
    assert plans.sold_as(80_351_110_224_678_914) == ten
    assert plans.sold_as(1) is None
    assert str(plans.zone) == "Europe/Berlin"
    assert {field for field, _ in _FIELDS.values()} | {"name", "relax_gpu_ms"} == {each.name for each in fields(Plan)}


def test_all_faults_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = 'default = "gold"\ncolour = 1\n[plans.free]\ntitle = ""\nfast = "much"\n# running = 1\nrunning = 0\n'
    text += 'waitin = 3\n\n[plans.Pro]\ntitle = "Pro"\n'
    assert told(tmp_path, text) == (
        "plans.toml, line 1: default is 'gold', which is no plan of this file. Name one of: free, Pro.",
        "plans.toml, line 2: colour is not known here. Known are default, time_zone, [plans.NAME], [packs.NAME] "
        "and [roles].",
        "plans.toml, line 4: plans.free.title is ''. Use some text.",
        "plans.toml, line 5: plans.free.fast is 'much'. "
        'Use a time such as "15 h", "200 min" or "30 s", or "unlimited".',
        "plans.toml, line 7: plans.free.running is 0. Use a whole number from 1 to 100.",
        f"plans.toml, line 8: plans.free.waitin is not known. Use one of: {', '.join(_FIELDS)}.",
        "plans.toml, line 10: plans.Pro has a name that cannot be used. Use small letters, digits and dashes.",
        "plans.toml, line 10: plans.Pro lacks fast. Add it.",
    )


WRONG = {
    'fast = "15 days"': 'a time such as "15 h"',
    "fast = 15": 'a time such as "15 h"',
    'relax = "some"': '"none", "unlimited", or a time',
    "turbo_running = -1": "a whole number from 0 to 100",
    "running = true": "a whole number from 1 to 100",
    "stealth = 1": "true or false",
    "models = []": '"all", or a list of models\' names',
    'models = "sdxl"': '"all", or a list of models\' names',
    'confirmed = ["A B"]': "a list of models' names",
    'largest = "large"': 'a size such as "2048x2048"',
    "upload_mib = 1.5": "a whole number from 1 to 500",
    "storage = 5": 'a size such as "500 MiB" or "20 GiB", or "unlimited"',
    'storage = "0 GiB"': 'a size such as "500 MiB"',
    "weight = 0": "a number from 0.01 to 100",
    "weight = inf": "a number from 0.01 to 100",
    "weight = nan": "a number from 0.01 to 100",
    'price = "$10"': 'an amount and a currency, such as "10.00 USD"',
    'price = "10.5 USD"': 'an amount and a currency, such as "10.00 USD"',
    'link = "http://example.org"': "an address such as",
    'link = "https://[x"': "an address such as",
    'link = "https://a b"': "an address such as",
    "link = 5": "an address such as",
    'rollover = "unlimited"': 'a time such as "15 h"',
    'terms = " "': "some text",
    'sku = "pro"': "an id of Discord",
    "role = 80351110224678912": "an id of Discord",
    'stripe = ["prod_1"]': "a price of Stripe's",
}


@pytest.mark.parametrize(("line", "remedy"), WRONG.items())
def test_wrong_value_is_told_with_what_to_write(tmp_path: Path, line: str, remedy: str) -> None:
    text = SMALL.replace('fast = "24 min"\n', "") if line.startswith("fast") else SMALL
    (sentence,) = told(tmp_path, f"{text}\n{line}\n")
    number = text.count("\n") + 2
    assert sentence.startswith(f"plans.toml, line {number}: plans.free.{line.split()[0]} is ")
    assert f"Use {remedy}" in sentence


CONTRADICTIONS = {
    "running = 5\nwaiting = 4": "waiting is 4, less than running. Write at least 5",
    'models = ["pocket"]\nconfirmed = ["sdxl"]': "confirmed names sdxl, which models does not.",
}


@pytest.mark.parametrize(("lines", "sentence"), CONTRADICTIONS.items())
def test_lines_that_contradict_each_other_are_told(tmp_path: Path, lines: str, sentence: str) -> None:
    (found,) = told(tmp_path, f"{SMALL}{lines}\n")
    assert sentence in found


def test_plan_that_can_paint_nothing_or_keep_what_is_unlimited_is_told(tmp_path: Path) -> None:
    (nothing,) = told(tmp_path, SMALL.replace("24 min", "0 h"))
    assert "fast is nothing, and there is no relax either." in nothing
    (endless,) = told(tmp_path, SMALL.replace("24 min", "unlimited") + 'rollover = "1 h"\n')
    assert "line 5: plans.free.rollover has nothing to carry over" in endless
    relaxed = read_plans(write(tmp_path, SMALL.replace("24 min", "0 h") + 'relax = "unlimited"\n'))
    assert relaxed.default.speed is Speed.RELAX


SALES = {
    '[packs.ten]\ntitle = "Ten"\n': "line 5: packs.ten lacks time. Add it.",
    '[packs.ten]\ntitle = "Ten"\ntime = "lots"\n': "line 7: packs.ten.time is 'lots'. Use a time such as \"15 h\"",
    'sku = "80351110224678912"\n[packs.ten]\ntitle = "Ten"\ntime = "1 h"\nsku = "80351110224678912"\n': (
        "line 9: packs.ten.sku is that of plans.free as well. Give each one its own."
    ),
    '[roles]\n80351110224678912 = "gold"\n': (
        "line 6: roles.80351110224678912 is 'gold', which is no plan of this file. Name one of its plans."
    ),
    '[roles]\npatron = "free"\n': "line 6: roles.patron is 'patron'. Use an id of Discord",
    'role = "80351110224678912"\n[roles]\n80351110224678912 = "free"\n': (
        "line 5: plans.free.role stands under [roles] as well. Use another one"
    ),
}


@pytest.mark.parametrize(("lines", "sentence"), SALES.items())
def test_faults_of_packs_and_roles_are_told_with_their_line(tmp_path: Path, lines: str, sentence: str) -> None:
    (found,) = told(tmp_path, f"{SMALL}{lines}")
    assert found.startswith(f"plans.toml, {sentence}")


def test_zone_that_nobody_knows_is_told(tmp_path: Path) -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", "Europe", ""):
        (sentence,) = told(tmp_path, f'time_zone = "{zone}"\n{SMALL}')
        assert sentence.startswith("plans.toml, line 1: time_zone is ")


def test_file_that_is_no_toml_is_told_with_the_line(tmp_path: Path) -> None:
    (sentence,) = told(tmp_path, SMALL + "fast =\n")
    assert re.match(r"plans.toml, line 5: The text is not TOML: .+\. Mend that place first\.", sentence)


def test_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlansError, match=r"line 1: The file cannot be read \(No such file or directory\)"):
        read_plans(tmp_path / "none.toml")
    (tmp_path / "plans.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PlansError, match="The file is no text"):
        read_plans(tmp_path / "plans.toml")


def test_mark_that_some_editors_put_before_the_text_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "plans.toml").write_text(SMALL, encoding="utf-8-sig")
    assert read_plans(tmp_path / "plans.toml").default.title == "Free"


@pytest.mark.parametrize("text", ["", "plans = 3", "[plans]\nfree = 3\n"])
def test_file_without_a_plan_is_told(tmp_path: Path, text: str) -> None:
    assert any("plans" in sentence for sentence in told(tmp_path, text))


def test_manual_explains_every_line_of_a_plan() -> None:
    manual = (ROOT / "docs" / "plans.md").read_text()
    for key in ("default", "time_zone", *_FIELDS):
        assert f"| `{key}` |" in manual, key
    assert SHIPPED.name in manual
