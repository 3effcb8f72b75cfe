"""What stands behind a prompt without being typed: a member's options, suffix and settings, then what the channel and
the server set. All of it is text, put in before anything is parsed, so that what is shown is what ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.asking import Asker
from bot.intake.ceilings import Ceilings, read_ceilings
from bot.store import preferences
from bot.store.servers import Server
from bot.store.transactions import Reading
from engine import add_suffix, expand_options

DEFAULTS, CEILINGS = "defaults", "ceilings"  # in a server's settings: texts by channel
EVERYWHERE = "server"


@dataclass(frozen=True, slots=True)
class Habits:
    """`suffixes` begins with what counts most."""

    options: Mapping[str, str]
    suffixes: tuple[str, ...]
    ceilings: Ceilings

    def fill_in(self, text: str) -> str:
        """The prompt that really runs; what was typed itself wins."""
        whole = expand_options(text.strip(), self.options)
        for suffix in self.suffixes:
            whole = add_suffix(whole, suffix)
        return whole


async def habits_of(tx: Reading, asker: Asker, server: Server | None) -> Habits:
    own = await preferences.find(tx, asker.member)
    return Habits(
        await preferences.options_of(tx, asker.member),
        tuple(filter(None, (own.suffix, own.chosen, *told_here(server, DEFAULTS, asker)))),
        ceilings_of(server, asker),
    )


def ceilings_of(server: Server | None, asker: Asker) -> Ceilings:
    found = Ceilings()
    for text in told_here(server, CEILINGS, asker):
        found = found.under(read_ceilings(text))
    return found


def told_here(server: Server | None, what: str, asker: Asker) -> tuple[str, ...]:
    """What was set for this channel, or for the one that this thread belongs to; then what the whole server has."""
    texts = texts_of(server, what) if server is not None else {}
    nearest = next((str(place) for place in (asker.channel, asker.parent) if str(place) in texts), None)
    return tuple(str(texts[place]) for place in (nearest, EVERYWHERE) if place is not None and texts.get(place))


def texts_of(server: Server, what: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = server.settings.get(what, {})
    return found
