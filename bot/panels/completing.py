"""What `/imagine` offers while a prompt is typed. Of a choice, clients send the value, or the name that they show once
it is edited or pasted: so the name is the prompt as well, and what explains it stands in brackets that are taken out.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping

from bot.desk import Desk
from bot.kinds import Kind
from bot.panels.models import paintable
from bot.store import jobs, preferences
from engine import complete

MOST = 25
LONGEST = 100  # characters of a name and of a value; what is longer would be cut, and half a prompt is another one
_OPENS, _CLOSES = "⟨", "⟩"
_HINT = re.compile(rf"\s*{_OPENS}[^{_OPENS}{_CLOSES}]*{_CLOSES}\s*")
_PARAMETERS = re.compile(r"(?<!\S)(?:--|—|–)[a-z].*\Z", re.IGNORECASE | re.DOTALL)
_OPTION = re.compile(r"(?<!\S)(?:--|—|–)([a-z][\w-]*)?\Z", re.IGNORECASE)
_TOLD = re.compile(r"--\S+: (?P<help>.*) \((?P<allowed>.*)\)\Z")  # as the table words it
Offers = tuple[tuple[str, str], ...]  # names and values


def without_hints(text: str) -> str:
    """What was meant, if a choice's name was taken for it. Such brackets among the words are the member's own."""
    return _PARAMETERS.sub(lambda found: _HINT.sub(" ", found[0]), text) if _OPENS in text else text


async def offers_for(desk: Desk, member_id: int, typed: str) -> Offers:
    """Nothing where words are being written, and nothing that would not fit whole."""
    text = without_hints(typed)
    if not text.strip():
        async with desk.store.read() as tx:
            recent = await jobs.recent_texts(tx, member_id, Kind.IMAGINE, 2 * MOST)
        return tuple((one, one) for one in recent if one.strip() and len(one) <= LONGEST)[:MOST]
    if not re.search(r"--|—|–", text):
        return ()
    async with desk.store.read() as tx:
        options = await preferences.options_of(tx, member_id)
    found = [*_options(text, options), *await asyncio.to_thread(_parameters, desk, text)]
    # What is there already would only stand in the way of Enter, which takes the first choice before it sends.
    found = [(value, hint) for value, hint in found if value.rstrip() != typed.rstrip()]
    return tuple(offer for value, hint in found if (offer := _offer(value, hint)) is not None)[:MOST]


def _parameters(desk: Desk, text: str) -> list[tuple[str, str]]:
    names = {"model": [name for name, _ in paintable(desk)], "style": ["raw", *desk.engine.adapters.names]}
    return [(one.text, _range_first(one.hint)) for one in complete(text, names, MOST)]


def _range_first(hint: str) -> str:
    """The end of a long line is not seen."""
    told = _TOLD.match(hint)
    return f"{told['allowed']}: {told['help']}" if told else hint


def _options(text: str, options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    begun = _OPTION.search(text)
    if begun is not None:
        for name, value in options.items():
            if name.startswith((begun[1] or "").lower()):
                yield f"{text[: begun.start()]}--{name}", value


def _offer(value: str, hint: str) -> tuple[str, str] | None:
    if len(value) > LONGEST or not value.strip():
        return None
    room = LONGEST - len(value.rstrip()) - len(f" {_OPENS}{_CLOSES}")
    explained = " ".join(hint.replace(_OPENS, "").replace(_CLOSES, "").split())[: max(0, room)].rstrip()
    return (f"{value.rstrip()} {_OPENS}{explained}{_CLOSES}" if room > 8 and explained else value), value
