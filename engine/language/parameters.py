"""THE table of parameters: how each is spelled, what it takes, what it decides, what it means. The parser, the help,
the autocomplete and the documentation all read it; a new parameter is a new row here and its effect in `translate.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from engine.language.kinds import Aspect, Choice, Decimal, Flag, Kind, Name, Ratio, Takes, Whole, Words

T = TypeVar("T")


class Destination(StrEnum):
    PICTURE = "picture"  # decides what is painted: a field of the recipe
    JOB = "job"  # decides how it is waited for and what comes with it: a field of the engine's job
    CALLER = "caller"  # decides how many jobs there are and who may see them: whoever hands them in reads it


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Generic[T]):
    """One row. `default` None: the model's own, or drawn. `neutral`: the value that changes nothing, if one exists.
    Of rows with the same `choice`, a prompt holds one."""

    name: str
    spellings: tuple[str, ...]  # the first is the one that is written
    kind: Kind[T]
    decides: tuple[str, ...]
    help: str
    example: str
    default: T | None = None
    neutral: T | None = None
    destination: Destination = Destination.PICTURE
    choice: str = ""

    @property
    def flag(self) -> str:
        return "--" + self.spellings[0]

    @property
    def hint(self) -> str:
        """One line for who is typing it."""
        return f"{self.flag}: {self.help} ({self.kind.allowed})" if self.kind.takes is not Takes.NOTHING else self.help


# Named as members know them; the schedulers behind the names are the engine's business.
SAMPLERS = ("ddim", "ddpm", "euler", "euler_a", "heun", "dpm++", "dpm++_sde", "unipc", "flow", "flow_heun")
SEEDS = 2**32

ASPECT = Parameter(
    name="aspect",
    spellings=("ar", "aspect"),
    kind=Aspect(14),
    decides=("width", "height"),
    help="The picture's width to height.",
    example="--ar 3:2",
    default=Ratio(1, 1),
    neutral=Ratio(1, 1),
)
SEED = Parameter(
    name="seed",
    spellings=("seed",),
    kind=Whole(0, SEEDS - 1),
    decides=("seed",),
    help="Where chance starts: the same seed and recipe give the same pictures. Without it one is drawn.",
    example="--seed 7",
)
NO = Parameter(
    name="no",
    spellings=("no", "negative"),
    kind=Words(),
    decides=("phrases", "negative"),
    help="What the picture should not show.",
    example="--no people, text",
    default=(),
    neutral=(),
)
MODEL = Parameter(
    name="model",
    spellings=("model", "v", "version"),
    kind=Name("a model"),
    decides=("model",),
    help="The model that paints.",
    example="--model sdxl",
)
STEPS = Parameter(
    name="steps",
    spellings=("steps",),
    kind=Whole(1, 150),
    decides=("steps",),
    help="How many steps the picture takes to form; more take longer. Without it, the model's own number.",
    example="--steps 30",
)
GUIDANCE = Parameter(
    name="guidance",
    spellings=("guidance", "cfg"),
    kind=Decimal(0, 30),
    decides=("guidance",),
    help="How closely the picture follows the words. Without it, the model's own value.",
    example="--guidance 6.5",
)
SAMPLER = Parameter(
    name="sampler",
    spellings=("sampler", "scheduler"),
    kind=Choice(SAMPLERS),
    decides=("scheduler",),
    help="The method by which noise becomes a picture. Without it, the model's own.",
    example="--sampler euler",
)
CHAOS = Parameter(
    name="chaos",
    spellings=("chaos", "c"),
    kind=Whole(0, 100),
    decides=("chaos",),
    help="How far apart the pictures of one grid lie.",
    example="--chaos 40",
    default=0,
    neutral=0,
)
STYLE = Parameter(
    name="style",
    spellings=("style",),
    kind=Name("a style that this engine offers, or raw"),
    decides=("adapters", "phrases", "negative"),
    help="A style by name; `raw` is the same as --raw.",
    example="--style raw",
)
RAW = Parameter(
    name="raw",
    spellings=("raw",),
    kind=Flag(),
    decides=("phrases", "negative"),
    help="Nothing is added to your words.",
    example="--raw",
    default=False,
    neutral=False,
)

STYLIZE = Parameter(
    name="stylize",
    spellings=("stylize", "s"),
    kind=Whole(0, 1000),
    decides=("phrases",),
    help="How much the picture is made a work of art beyond your words; 1000 is all that the model's own styling says.",
    example="--stylize 250",
    default=0,
    neutral=0,
)
WEIRD = Parameter(
    name="weird",
    spellings=("weird", "w"),
    kind=Whole(0, 3000),
    decides=("extras",),
    help="How strangely the words are read, the same way in every picture of the grid.",
    example="--weird 500",
    default=0,
    neutral=0,
)
QUALITY = Parameter(
    name="quality",
    spellings=("quality", "q"),
    kind=Decimal(0.25, 4),
    decides=("steps",),
    help="How many times the usual steps are taken; time and price follow.",
    example="--quality 2",
    default=1.0,
    neutral=1.0,
)
DRAFT = Parameter(
    name="draft",
    spellings=("draft",),
    kind=Flag(),
    decides=("steps",),
    help="Half the steps, for half the price.",
    example="--draft",
    default=False,
    neutral=False,
)
STOP = Parameter(
    name="stop",
    spellings=("stop",),
    kind=Whole(10, 100),
    decides=("extras",),
    help="Stops when so many per cent of the picture have formed: softer, with less detail, and cheaper.",
    example="--stop 60",
    default=100,
    neutral=100,
)
TILE = Parameter(
    name="tile",
    spellings=("tile",),
    kind=Flag(),
    decides=("extras",),
    help="A pattern that repeats without a seam: its left edge continues its right one, its top its bottom.",
    example="--tile",
    default=False,
    neutral=False,
)
IMAGE_WEIGHT = Parameter(
    name="image weight",
    spellings=("iw",),
    kind=Decimal(0, 3),
    decides=("sources",),
    help="How much the picture that it starts from counts beside the words; 0 is not at all.",
    example="--iw 2",
    default=1.0,
    neutral=1.0,
)
HD = Parameter(
    name="hd",
    spellings=("hd",),
    kind=Flag(),
    decides=("width", "height"),
    help="Twice as wide and high, as far as the model goes.",
    example="--hd",
    default=False,
    choice="size",
)
SD = Parameter(
    name="sd",
    spellings=("sd",),
    kind=Flag(),
    decides=("width", "height"),
    help="The size that the model paints best, where --hd would be the habit.",
    example="--sd",
    choice="size",
)
VIDEO = Parameter(
    name="video",
    spellings=("video",),
    kind=Flag(),
    decides=("film",),
    help="A film of the pictures forming comes with them.",
    example="--video",
    default=False,
    neutral=False,
    destination=Destination.JOB,
)
FAST = Parameter(
    name="fast",
    spellings=("fast",),
    kind=Flag(),
    decides=("speed",),
    help="Before those who can wait.",
    example="--fast",
    destination=Destination.JOB,
    choice="speed",
)
RELAX = Parameter(
    name="relax",
    spellings=("relax",),
    kind=Flag(),
    decides=("speed",),
    help="When there is time.",
    example="--relax",
    destination=Destination.JOB,
    choice="speed",
)
TURBO = Parameter(
    name="turbo",
    spellings=("turbo",),
    kind=Flag(),
    decides=("speed",),
    help="Before everybody else.",
    example="--turbo",
    destination=Destination.JOB,
    choice="speed",
)
STEALTH = Parameter(
    name="stealth",
    spellings=("stealth",),
    kind=Flag(),
    decides=("visibility",),
    help="Seen by you alone, and in no gallery.",
    example="--stealth",
    destination=Destination.CALLER,
    choice="visibility",
)
PUBLIC = Parameter(
    name="public",
    spellings=("public",),
    kind=Flag(),
    decides=("visibility",),
    help="May be shown in galleries.",
    example="--public",
    destination=Destination.CALLER,
    choice="visibility",
)
REPEAT = Parameter(
    name="repeat",
    spellings=("repeat", "r"),
    kind=Whole(1, 40),
    decides=("jobs",),
    help="The same so many times, each with seeds of its own.",
    example="--repeat 3",
    default=1,
    neutral=1,
    destination=Destination.CALLER,
)
QUOTE = Parameter(
    name="quote",
    spellings=("quote",),
    kind=Flag(),
    decides=("jobs",),
    help="Says what it would cost and how long it would take, and paints nothing yet.",
    example="--quote",
    default=False,
    neutral=False,
    destination=Destination.CALLER,
)

TABLE: tuple[Parameter[Any], ...] = (
    ASPECT, SEED, NO, MODEL, STEPS, GUIDANCE, SAMPLER, CHAOS, STYLE, RAW, STYLIZE, WEIRD, IMAGE_WEIGHT, TILE, HD, SD,
    QUALITY, DRAFT, STOP, REPEAT, VIDEO, FAST, RELAX, TURBO, STEALTH, PUBLIC,
    QUOTE,
)  # fmt: skip
BY_NAME = MappingProxyType({row.name: row for row in TABLE})
BY_SPELLING = MappingProxyType({spelling: row for row in TABLE for spelling in row.spellings})
FLAGS = tuple("--" + spelling for spelling in BY_SPELLING)


def is_near(word: str) -> bool:
    """Whether `word` is one typing error away from a spelling of four letters or more; quick, for every dash typed."""
    return len(word) <= _LONGEST + 1 and not _NEAR.isdisjoint(_shortenings(word))


def _shortenings(word: str) -> set[str]:
    return {word, *(word[:index] + word[index + 1 :] for index in range(len(word)))}


_LONGEST = max(map(len, BY_SPELLING))
_NEAR = frozenset(near for spelling in BY_SPELLING if len(spelling) > 3 for near in _shortenings(spelling))
