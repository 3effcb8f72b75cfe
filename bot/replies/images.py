"""Sentences about pictures that members bring, about films, and about drafts."""

from __future__ import annotations

import re
from typing import assert_never

from bot.errors import Flaw, UnusablePictureError

LINK_SHOWN = 120
NO_FILM = "There is no film: nothing was to be seen on the way."
STARTS_FROM_PARENT = "The link in front of the text has no effect: a variation starts from the picture that it varies."
LEFT_OUT = "A file is too large for this place and was left out."
IN_FULL = "In full"
_LINKS = re.compile(r"(?:\s*<?https?://\S+(?:[,\s]+|\Z))+", re.IGNORECASE)
_LONGEST_NAME = 40


def brief(prompt: str) -> str:
    """With the names of files instead of the links at its head; whoever takes the prompt up has the links."""
    found = _LINKS.match(prompt)
    if found is None:
        return prompt
    links = re.findall(r"https?://[^\s<>,]+", found[0], re.IGNORECASE)
    names = (link.partition("?")[0].rstrip("/").rpartition("/")[2] for link in links)
    shown = " ".join(f"🖼️ {name[-_LONGEST_NAME:]}" for name in names)
    return f"{shown} {prompt[found.end() :]}".rstrip()


def unusable(error: UnusablePictureError) -> str:
    """What is wrong with it, and what to do instead."""
    link = _shown(error.link)
    match error.flaw:
        case Flaw.HOST:
            hosts = " and ".join(filter(None, [", ".join(error.hosts[:-1]), *error.hosts[-1:]]))
            return (
                f"I only fetch pictures over https from {hosts}, and {link} is elsewhere. Save the picture and attach "
                "it: `/imagine` takes it as `image`."
            )
        case Flaw.ADDRESS:
            return f"{link} leads to no public address; I do not go there. Attach the picture instead."
        case Flaw.REDIRECT:
            return (
                f"{link} leads on to another address, and I follow none. Use the address of the picture itself, or "
                "attach it."
            )
        case Flaw.GONE:
            return (
                f"There is no picture at {link} any more: Discord's links end after a day. Attach the file, or copy "
                "its link anew."
            )
        case Flaw.UNREACHABLE:
            return f"I could not get {link}. Please try again, or attach the picture to `/imagine`."
        case Flaw.SLOW:
            return f"{link} did not come within {error.limit} seconds. Please try again, or attach the picture."
        case Flaw.LARGE:
            return (
                f"{link} is larger than the {error.limit / 2**20:.3g} MiB that you may bring; save it smaller and "
                "attach it."
            )
        case Flaw.UNREADABLE:
            return f"I cannot use {link}. {error.reason}"
        case Flaw.MANY:
            return f"A prompt starts from {error.limit} pictures at most; leave {link} and what follows it out."
        case Flaw.BUSY:
            return "I am still fetching what you have asked for before. Please try again in a few seconds."
    assert_never(error.flaw)


def _shown(link: str) -> str:
    """Readable, and nothing that could leave its box."""
    plain = "".join(c if c.isprintable() and c != "`" else "?" for c in link)
    return f"`{plain if len(plain) <= LINK_SHOWN else plain[: LINK_SHOWN - 1] + '…'}`"
