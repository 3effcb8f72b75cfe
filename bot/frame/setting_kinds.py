"""How the text of a setting becomes a value, one function a kind. Each raises ValueError with the rest of a sentence
that begins with the setting's name: what is wrong, and what to write instead. Secrets are never repeated in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

_Choice = TypeVar("_Choice", bound=StrEnum)
_TOKEN: Final = re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{8,}", re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_DEVICE: Final = re.compile(r"auto|none|cpu|mps|cuda(?::\d{1,3})?")
_MODEL: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ServerList:
    """Servers by id, or `every` one."""

    ids: frozenset[int] = frozenset()
    every: bool = False

    def __contains__(self, server_id: int) -> bool:
        return self.every or server_id in self.ids


def as_token(text: str) -> str:
    if text.lower().startswith("bot "):
        raise ValueError('begins with "Bot "; write the token alone, the bot adds that word.')
    if text and not _TOKEN.fullmatch(text):
        raise ValueError(
            "is no bot token, which has three parts joined by dots; copy it from discord.com/developers/applications, "
            "your application, Bot, Reset Token. A client secret or a public key is something else."
        )
    return text


def as_stripe_secret(text: str) -> str:
    if text and not re.fullmatch(r"whsec_\w{16,}", text, re.ASCII):
        raise ValueError("is no signing secret, which begins with whsec_; copy it from Stripe's dashboard, Webhooks.")
    return text


def as_base_url(text: str) -> str:
    if not text:
        return ""
    if "@" in text:
        raise ValueError("has a name or password in it, or a stray @; write it as http://127.0.0.1:8787.")
    try:
        parts = urlsplit(text)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is none, a bracket that does not close
        whole = False
    if not whole or parts.query or parts.fragment or re.search(r"\s", text):
        raise ValueError(f"is {text!r}, which is no address; write it as http://127.0.0.1:8787.")
    return text.rstrip("/")


def as_site_url(text: str) -> str:
    """Of pages whose links begin at the top of their host."""
    url = as_base_url(text)
    if urlsplit(url).path:
        raise ValueError(f"is {text!r}, which has a path; give it a name of its own, as https://gallery.example.org.")
    return url


def as_path(text: str) -> Path:
    if "\0" in text or not text:
        raise ValueError("is no path; write the name of a folder or file.")
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~somebody
        raise ValueError(f"is {text!r}, and nobody of that name has a folder here; write the whole path.") from None


def as_folder_or_none(text: str) -> Path | None:
    return as_path(text) if text else None


def as_file_or_none(text: str) -> Path | None:
    return as_path(text) if text else None


def as_paths(text: str) -> tuple[Path, ...]:
    return tuple(as_path(part) for part in _parts(text))


def as_model(text: str) -> str:
    if not _MODEL.fullmatch(text):
        raise ValueError(f"is {text!r}, which is no model's name; `python -m engine --list-models` lists them.")
    return text


def as_device(text: str) -> str:
    lowered = text.lower()
    if not _DEVICE.fullmatch(lowered):
        raise ValueError(f"is {text!r}; use auto, none, cpu, mps, cuda or one GPU by its number, such as cuda:1.")
    return lowered


def as_host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise ValueError(f"is {text!r}; use an IPv4 address or a host's name, such as 127.0.0.1.")
    return text


def as_hosts(text: str) -> tuple[str, ...]:
    """By name and whole: an address, or a name that is read as one, could lead anywhere."""
    hosts = tuple(part.lower() for part in _parts(text))
    for host in hosts:
        last = host.rpartition(".")[2]
        if not _HOST.fullmatch(host) or "." not in host or ".." in host or not last.isalpha():
            raise ValueError(f"has {host!r}; join whole names of hosts by commas, such as upload.wikimedia.org.")
    return hosts


def as_ids(text: str) -> frozenset[int]:
    return frozenset(_id(part) for part in _parts(text))


def as_servers(text: str) -> ServerList:
    if text.strip() == "*":
        return ServerList(every=True)
    if "*" in text:
        raise ValueError("has * among other words; use * alone for every server, or ids joined by commas.")
    return ServerList(as_ids(text))


def as_whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"is {text!r}; use a whole number from {low} to {high}.")
        return int(text)

    return read


def as_port_or_none(text: str) -> int | None:
    return as_whole(1, 65_535)(text) if text else None


def as_application(text: str) -> str:
    if text:
        _id(text)
    return text


def as_client_secret(text: str) -> str:
    if text and not re.fullmatch(r"[\w-]{16,128}", text, re.ASCII):
        raise ValueError(
            "is no client secret; copy it from discord.com/developers/applications, your application, OAuth2, "
            "Reset Secret."
        )
    return text


def as_seconds(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not low <= seconds <= high:
            raise ValueError(f"is {text!r}; use a number of seconds from {low:g} to {high:g}.")
        return seconds

    return read


def as_one_of(choices: type[_Choice]) -> Callable[[str], _Choice]:
    def read(text: str) -> _Choice:
        try:
            return choices(text.lower())
        except ValueError:
            raise ValueError(f"is {text!r}; use one of {', '.join(choices)}.") from None

    return read


def _parts(text: str) -> list[str]:
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def _id(text: str) -> int:
    if not re.fullmatch(r"\d{15,20}", text, re.ASCII) or int(text) > _LARGEST_ID:
        raise ValueError(
            f"has {text!r}, which is no id; join ids of 15 to 20 digits by commas (in Discord: Settings, Advanced, "
            "Developer Mode; then right-click, Copy ID)."
        )
    return int(text)
