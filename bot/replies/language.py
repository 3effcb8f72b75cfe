"""Sentences about the prompt language: what ran, preferences, the prompt desk, shorter prompts. Values in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from bot.replies import MESSAGE_LIMIT, escaped, shortened, title

RAN_SHOWN = 400
OPTION_SHOWN = 120
_SHORTER_SHOWN = 160
_HEARD = "**What was heard**"
_NEVER_LEARNED = "never learned"
NO_TURBO_HERE = "Your jobs are turbo by your settings; this channel has none, so this one was not."

NO_OPTIONS = (
    "You have no options yet. `/prefer option set mine --ar 7:4 --stylize 250` makes one, to be typed as `--mine`."
)
SUFFIX_GONE = "Your prompts have no suffix any more."
NO_SUCH_OPTION = "You have no option of that name. `/prefer option list` shows those that you have."
REMIX_ON = "Remix is on: V and 🔄 let you edit the prompt first."
REMIX_OFF = "Remix is off: V and 🔄 start at once."
AUTO_DM_ON = "Auto DM is on: whatever I finish for you comes by direct message as well."
AUTO_DM_OFF = "Auto DM is off."
STRONG = "V on a grid now varies strongly."
SUBTLE = "V on a grid now varies subtly."

SETTINGS = (
    "**How I work for you**\n"
    "*Remix*: V and 🔄 let you edit the prompt first. *Mention me*: when a long job is done, I mention you.\n"
    "*Auto DM*: what is finished comes by direct message as well. *V*: how far V on a grid varies."
)
DESK = "**The prompt desk**\nChoose, then say what to paint. What you choose stays here for the next time."
DESK_TITLE = "What shall I paint?"
WORDS_TITLE_HERE = "Behind every prompt in this channel"
WORDS_TITLE_EVERYWHERE = "Behind every prompt on this server"
WORDS_FIELD = "Parameters (what a member says wins)"
CEILINGS_FIELD = "At most: size in pixels, steps, quality"
SETUP_MORE = (
    "-# `/setup words` sets parameters that stand behind every prompt, and what is allowed at most (size, steps, "
    "quality, turbo), for the channel where you type it or for all."
)
CANNOT_WEIGH = (
    "I cannot weigh words yet: there is no text encoder on this machine. When my operator has fetched a model that "
    "paints pictures, `/shorten` says which words it heard."
)
ONE_AT_A_TIME = "I weigh one prompt at a time; leave the braces { } out."
NO_WORDS_TO_WEIGH = "There are no words to weigh, only parameters or pictures. Say what to paint."
SHORTENED_BEFORE = "Those shorter prompts are not kept any more. `/shorten` makes new ones."
NOTHING_SHORTER = "It is as short as it can be."


def ran_as(text: str) -> str:
    """The small line that says what really ran."""
    return f"-# ↳ {escaped(shortened(text, RAN_SHOWN))}"


def option_set(name: str, value: str) -> str:
    return f"`--{name}` now stands for {title(value, OPTION_SHOWN)}"


def option_gone(name: str) -> str:
    return f"`--{name}` is gone."


def too_many_options(most: int) -> str:
    return f"You have {most} options, which is as many as I keep. Take one away: `/prefer option set` without a value."


def options_listed(options: Mapping[str, str], suffix: str, most: int) -> str:
    lines = [f"`--{name}` · {escaped(shortened(value, OPTION_SHOWN))}" for name, value in options.items()]
    behind = [f"-# Behind each prompt: {escaped(shortened(suffix, OPTION_SHOWN))}"] if suffix else []
    if not lines:
        return "\n".join([NO_OPTIONS, *behind])
    return shortened("\n".join([f"**Your options** · {len(lines)} of {most}", *lines, *behind]), 2000)


def suffix_set(suffix: str) -> str:
    return f"Behind each of your prompts now stands {title(suffix, OPTION_SHOWN)}. What a prompt says itself wins."


def behind_prompts(texts: Sequence[str]) -> str:
    """What the settings' menus and the suffix come to."""
    said = " ".join(filter(None, texts))
    return f"-# Behind each prompt: {escaped(shortened(said, RAN_SHOWN))}" if said else ""


def on_desk(text: str) -> str:
    return f"-# {escaped(text)}" if text else "-# Nothing is chosen: all is as usual."


def words_set(place: str, defaults: str, ceilings: str) -> str:
    said = f"parameters {title(defaults, OPTION_SHOWN)}" if defaults else "no parameters"
    most = f"at most **{escaped(ceilings)}**" if ceilings else "no ceilings"
    return f"{place} {said}, {most}."


def words_listed(places: Mapping[str, tuple[str, str]]) -> str:
    """By place: parameters and ceilings."""
    lines = [f"-# {words_set(place, *texts)}" for place, texts in list(places.items())[:10]]
    return "\n".join(lines)


def model_gone(setup: str) -> str:
    """Of a server whose choice the operator has taken out of the catalogue."""
    return f"This server's model is not to be had any more; whoever manages the server chooses another with {setup}."


MODEL_GONE_HERE = f"{model_gone('`/setup`')} `--model` in the prompt names another."


def strange(model: str, words: Mapping[str, Sequence[str]]) -> str:
    """Told once, kindly: what it does not know, and what it does."""
    told = [f"“{word}”" + (f" (it knows {', '.join(near)})" if near else "") for word, near in words.items()]
    return f"{model} {_NEVER_LEARNED} {', '.join(told)}; other words may come closer."


def without_news(notes: Sequence[str]) -> tuple[str, ...]:
    """What is told again of the same words: what one member learned once is left out."""
    return tuple(note for note in notes if _NEVER_LEARNED not in note)


def too_long_with_habits(length: int, most: int) -> str:
    return (
        f"With your options, your suffix, your settings and what this server sets, that prompt has {length:,} "
        f"characters; {most:,} are the most. Shorten it by {length - most:,}."
    )


def weighed(words: Sequence[tuple[str, float]], shorter: Sequence[str]) -> str:
    """The weightiest words in bold, those that hardly count struck through; then the shorter prompts, numbered. Of many
    words the last are not shown: what the buttons paint is."""
    heaviest = max((weight for _, weight in words), default=0.0)
    marked = [_marked(word, weight / heaviest if heaviest > 0 else 0.0) for word, weight in words]
    lines = [f"{number}. {_shorter(text)}" for number, text in enumerate(shorter, 1)]
    below = "\n".join(lines or [NOTHING_SHORTER])
    return f"{_HEARD}\n{_fitted(marked, MESSAGE_LIMIT - len(_HEARD) - len(below) - 2)}\n{below}"


def _shorter(text: str) -> str:
    """Five of them leave room for the words. Escaped, a text may be twice as long."""
    shown = escaped(shortened(text, 250))
    return shown if len(shown) <= 2 * _SHORTER_SHOWN else escaped(shortened(text, _SHORTER_SHOWN))


def _fitted(marked: Sequence[str], limit: int) -> str:
    """As many whole words as there is room for: a mark that is cut apart would format what follows."""
    ends = accumulate(len(word) + 1 for word in marked)
    fits = sum(end <= limit for end in ends)  # with a character to spare for what says that there are more
    return " ".join(marked) if fits == len(marked) else " ".join([*marked[:fits], "…"])


def _marked(word: str, share: float) -> str:
    plain = escaped(word)
    if share >= 0.5:
        return f"**{plain}**"
    return f"~~{plain}~~" if share < 0.1 else plain


def recipe_details(data: Mapping[str, Any], ran: str | None, notes: Sequence[str]) -> str:
    """What the first line of a recipe leaves out: every value that is not the usual one, and what was translated."""
    parts = data["phrases"] if any(one["weight"] != 1 for one in data["phrases"]) or len(data["phrases"]) > 1 else ()
    phrases = [f"{escaped(shortened(one['text'], 200))} ({one['weight']:.3g})" for one in parts]
    lines = ["-# Words · " + " + ".join(phrases)] if phrases else []
    extras = {"no": data["negative"], "chaos": data["chaos"], **data["extras"]}
    said = [f"{name} {escaped(shortened(str(value), 200))}" for name, value in extras.items() if value]
    said += [f"style {escaped(one['name'])} ({one['strength']:g})" for one in data["adapters"]]
    said += [f"from a picture, strength {one['strength']:g}" for one in data["sources"]]
    lines += ["-# Also · " + " · ".join(said)] if said else []
    lines += [ran_as(ran)] if ran else []
    return "\n".join([*lines, *(f"-# {escaped(note)}" for note in notes)])
