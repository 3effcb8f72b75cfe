"""Words that a model does not know, each told to a member once, with words nearby that it knows."""

from __future__ import annotations

import asyncio

from bot.replies import language
from bot.store import preferences
from bot.store.store import Store
from engine import Engine, Prompt, strange_words

MOST_TOLD = 5  # words of one prompt; the others have their turn


async def find_strange(
    engine: Engine, store: Store, member: int, model: str, prompt: Prompt
) -> tuple[tuple[str, ...], str]:
    """The words that are news to this member, and a sentence about them; nothing for models that read any word."""
    known = await asyncio.to_thread(engine.known_words, model)
    if not known:
        return (), ""
    said = " ".join(part.text for part in prompt.parts)
    found = await asyncio.to_thread(lambda: dict(strange_words(said, known)))
    if not found:
        return (), ""
    async with store.read() as tx:
        told = await preferences.told_words(tx, member, model, found)
    news = {word: near for word, near in found.items() if word not in told}
    shown = dict(list(news.items())[:MOST_TOLD])
    return tuple(shown), language.strange(engine.catalog.find(model).title, shown) if shown else ""
