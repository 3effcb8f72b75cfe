"""What an operator can set, all of it: one frozen value, read once from the environment and a `.env` file. Every wrong
value is told at once, as a sentence with its remedy. Whether the folders that it names exist is the doctor's affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from bot.frame.env_file import read_env_file
from bot.frame.port import Port
from bot.frame.setting_kinds import (
    ServerList,
    as_application,
    as_base_url,
    as_client_secret,
    as_device,
    as_file_or_none,
    as_folder_or_none,
    as_host,
    as_hosts,
    as_ids,
    as_model,
    as_one_of,
    as_path,
    as_paths,
    as_port_or_none,
    as_seconds,
    as_servers,
    as_site_url,
    as_stripe_secret,
    as_token,
    as_whole,
)

if TYPE_CHECKING:
    from engine import EngineSettings

_Value = TypeVar("_Value")
_PREFIXES: Final = ("ATELIER_", "DISCORD_")
_OTHERS: Final = frozenset({"ATELIER_FAIL_POINT", "ATELIER_NODE", "DISCORD_OPENAPI"})  # the tests' own
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # hosts that take in every other
_NEAR: Final = 0.8  # only a slip of the pen: other programs' variables may stand in the same file


class StrangersPlan(StrEnum):
    """What servers get that ALLOWED_SERVERS does not name."""

    NONE = "none"
    OPEN = "open"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class SettingsError(Exception):
    """All that is wrong with the settings: `faults`, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its `default` as it would be written, what it is `about`, and how its text is read."""

    name: str
    default: str
    about: str
    read: Callable[[str], Any]


def _setting(name: str, default: str, read: Callable[[str], _Value], about: str, *, secret: bool = False) -> _Value:
    """A field whose default is what its default text reads as, so that the two cannot differ."""
    setting = Setting(name, default, about, read)
    made: _Value = field(default=read(default), repr=not secret, metadata={"setting": setting})
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Paths are as written; a relative one starts where the bot was started."""

    token: str = _setting(
        "DISCORD_TOKEN",
        "",
        as_token,
        "The bot's token. Without one, the bot starts a Discord of its own on this machine and logs in there.",
        secret=True,
    )
    base_url: str = _setting(
        "DISCORD_BASE_URL", "", as_base_url, "The address of a local stand-in to talk to instead of Discord."
    )
    data: Path = _setting(
        "ATELIER_DATA", "data", as_path, "The folder for the database, pictures and keys. Back it up."
    )
    model: str = _setting("ATELIER_MODEL", "pocket", as_model, "The model that paints where none is asked for.")
    models: Path | None = _setting(
        "ATELIER_MODELS", "", as_folder_or_none, "The folder of fetched models; left empty, the hub's own cache."
    )
    adapters: Path | None = _setting("ATELIER_ADAPTERS", "", as_folder_or_none, "A folder of LoRAs, offered as styles.")
    catalogs: tuple[Path, ...] = _setting(
        "ATELIER_CATALOGS", "", as_paths, "Catalogue files of your own models, joined by commas."
    )
    encoders: Path | None = _setting(
        "ATELIER_ENCODERS",
        "",
        as_folder_or_none,
        "A folder with a CLIP and its tokenizer, for search by meaning; left empty, the small pair that ships, "
        "which knows the pocket model's world.",
    )
    upscaler: Path | None = _setting(
        "ATELIER_UPSCALER",
        "",
        as_file_or_none,
        "A safetensors file of another enlarging net: a compact one of Real-ESRGAN's, or with the extra gpu any "
        "architecture that spandrel knows; left empty, the small net that ships.",
    )
    engine_device: str = _setting(
        "ATELIER_ENGINE_DEVICE",
        "auto",
        as_device,
        "What paints: auto, cpu, mps, cuda, cuda:1, or none (colour cards only, ready at once).",
    )
    swatch_seconds: float = _setting(
        "ATELIER_SWATCH_SECONDS",
        "0",
        as_seconds(0, 60),
        "How long a colour card takes at least, to try everything at the pace of a real model; "
        "0: as fast as it can be drawn.",
    )
    allowed_servers: ServerList = _setting(
        "ALLOWED_SERVERS",
        "",
        as_servers,
        "The ids of the servers that the bot paints for, joined by commas, or * for every one. "
        "On a Discord of its own, the bot paints for all.",
    )
    strangers_plan: StrangersPlan = _setting(
        "STRANGERS_PLAN",
        "none",
        as_one_of(StrangersPlan),
        "What other servers get: none (a polite word, then the bot leaves), or open (it paints for them too).",
    )
    plans: Path | None = _setting(
        "ATELIER_PLANS",
        "",
        as_file_or_none,
        "A file of your own plans; left empty, everybody may do everything. It is read again whenever it changes.",
    )
    stripe_secret: str = _setting(
        "ATELIER_STRIPE_SECRET",
        "",
        as_stripe_secret,
        "What Stripe signs its events with, as its dashboard shows it; it needs the extra `stripe`. "
        "Empty: Stripe is not heard.",
        secret=True,
    )
    webhook_host: str = _setting(
        "ATELIER_WEBHOOK_HOST", "127.0.0.1", as_host, "Where events are heard; a proxy with TLS stands before it."
    )
    webhook_port: int = _setting("ATELIER_WEBHOOK_PORT", "8788", as_whole(1, 65_535), "The port of that.")
    owners: frozenset[int] = _setting("OWNERS", "", as_ids, "The ids of those who may use /admin, joined by commas.")
    image_hosts: tuple[str, ...] = _setting(
        "ATELIER_IMAGE_HOSTS",
        "",
        as_hosts,
        "Hosts besides Discord's own that pictures may be fetched from over https, joined by commas, such as "
        "upload.wikimedia.org.",
    )
    notify_after_seconds: int = _setting(
        "NOTIFY_AFTER_SECONDS",
        "60",
        as_whole(0, 86_400),
        "A job that takes longer ends in a reply that mentions its member, since an edit notifies nobody.",
    )
    preview_seconds: float = _setting(
        "PREVIEW_SECONDS", "2", as_seconds(0.5, 60), "How often a message shows how its picture comes along, at most."
    )
    gallery_port: int | None = _setting(
        "GALLERY_PORT", "", as_port_or_none, "The port of the gallery's window on the web; left empty, there is none."
    )
    gallery_host: str = _setting(
        "GALLERY_HOST", "127.0.0.1", as_host, "Where that listens; a proxy with TLS stands before it."
    )
    gallery_url: str = _setting(
        "GALLERY_URL", "", as_site_url, "The address at which people open it, such as https://gallery.example.org."
    )
    client_id: str = _setting(
        "DISCORD_CLIENT_ID",
        "",
        as_application,
        "The application's id, with which members sign in there; left empty, nobody can.",
    )
    client_secret: str = _setting(
        "DISCORD_CLIENT_SECRET", "", as_client_secret, "The application's OAuth2 secret, for the same.", secret=True
    )
    log_level: LogLevel = _setting(
        "LOG_LEVEL", "info", as_one_of(LogLevel), "What is logged at least: debug, info, warning or error."
    )
    log_format: LogFormat = _setting(
        "LOG_FORMAT", "text", as_one_of(LogFormat), "How it is logged: text, or json (one object a line)."
    )
    sandbox_host: str = _setting(
        "SANDBOX_HOST",
        "127.0.0.1",
        as_host,
        "Where the Discord of its own listens. It has no passwords: elsewhere, whoever reaches it can be anyone in it.",
    )
    sandbox_port: int = _setting(
        "SANDBOX_PORT", "8787", as_whole(0, 65_535), "The port of the Discord of its own; 0 picks a free one."
    )

    @property
    def uses_sandbox(self) -> bool:
        return not self.token

    @property
    def gallery_at(self) -> Port | None:
        """Where the gallery's window listens; None where there is none."""
        return None if self.gallery_port is None else Port("GALLERY", self.gallery_host, self.gallery_port)

    @property
    def webhook_at(self) -> Port | None:
        """Where Stripe is heard; None where it is not."""
        return Port("ATELIER_WEBHOOK", self.webhook_host, self.webhook_port) if self.stripe_secret else None

    @property
    def sandbox_at(self) -> Port:
        return Port("SANDBOX", self.sandbox_host, self.sandbox_port)

    @property
    def window_url(self) -> str:
        """Where members open the gallery's window; empty where there is none, or none that they could reach."""
        if self.gallery_port is None:
            return ""
        if self.gallery_url:
            return self.gallery_url
        is_at_home = self.uses_sandbox or bool(self.base_url)  # they sit at this machine
        host = "127.0.0.1" if self.gallery_host in ("0.0.0.0", "::") else self.gallery_host
        return f"http://{host}:{self.gallery_port}" if is_at_home else ""

    @property
    def sandbox_state(self) -> Path:
        return self.data / "sandbox.sqlite"

    @property
    def database(self) -> Path:
        return self.data / "atelier.sqlite"

    @property
    def engine(self) -> EngineSettings:
        from engine import EngineSettings  # only here: where its packages are missing, the doctor still says which

        return EngineSettings(
            models=self.models,
            adapters=self.adapters,
            catalogs=self.catalogs,
            encoders=self.encoders,
            upscaler=self.upscaler,
            device=None if self.engine_device == "auto" else self.engine_device,
            state=self.data / "engine",
            preview_seconds=self.preview_seconds,
            swatch_seconds=self.swatch_seconds,
        )

    def allows(self, server_id: int) -> bool:
        """Whether the operator named this server. On a Discord of its own there are no strangers."""
        return self.uses_sandbox or server_id in self.allowed_servers

    @classmethod
    def from_env(cls, environ: Mapping[str, str], faults: Sequence[str] = ()) -> Self:
        """Raises SettingsError with `faults`, which were found before, and all of its own. An empty value is none."""
        found = [*faults, *_strange_names(environ)]
        values: dict[str, Any] = {}
        for name, setting in _BY_FIELD.items():
            text = environ.get(setting.name, "").strip()
            if text:
                try:
                    values[name] = setting.read(text)
                except ValueError as error:
                    found.append(f"{setting.name} {error}")
        if values.get("base_url") and not environ.get("DISCORD_TOKEN", "").strip():
            found.append("DISCORD_BASE_URL is set without DISCORD_TOKEN; set the token of a bot there as well.")
        if found:
            raise SettingsError(found)
        settings = cls(**values)
        if doubled := settings._doubled_ports():
            raise SettingsError(doubled)
        return settings

    def _doubled_ports(self) -> list[str]:
        """What two parts of this bot would listen on."""
        used = []
        if self.gallery_port is not None:
            used.append(("GALLERY_PORT", self.gallery_host, self.gallery_port))
        if self.stripe_secret:
            used.append(("ATELIER_WEBHOOK_PORT", self.webhook_host, self.webhook_port))
        if self.uses_sandbox and self.sandbox_port != 0:
            used.append(("SANDBOX_PORT", self.sandbox_host, self.sandbox_port))
        return [
            f"{one} and {other} are both {port}; give one of them another port."
            for (one, host, port), (other, other_host, other_port) in combinations(used, 2)
            if port == other_port and (host == other_host or _EVERYWHERE & {host, other_host})
        ]

    @classmethod
    def load(cls, environ: MutableMapping[str, str], path: Path) -> Self:
        """Adds to `environ` what the file at `path` says and the environment does not, then reads it: other programs'
        variables, such as HF_TOKEN, reach them that way."""
        file = read_env_file(path)
        slips = [
            f"{path}, line {file.lines[name]}, sets {name}, which is no setting. Did you mean {nearest}?"
            for name in file.values
            if not name.startswith(_PREFIXES) and (nearest := _nearest(name)) not in (None, name)
        ]
        for name, value in file.values.items():
            environ.setdefault(name, value)
        return cls.from_env(environ, [*file.faults, *slips])


_BY_FIELD: Final[dict[str, Setting]] = {each.name: each.metadata["setting"] for each in fields(Settings)}
SETTINGS: Final = tuple(_BY_FIELD.values())
_NAMES: Final = tuple(setting.name for setting in SETTINGS)


def _strange_names(environ: Mapping[str, str]) -> list[str]:
    """Names that only a setting of this bot could have, and none has."""
    faults = []
    for name in environ:
        if name.startswith(_PREFIXES) and name not in _NAMES and name not in _OTHERS:
            nearest = _nearest(name)
            remedy = f"Did you mean {nearest}?" if nearest else f"Known are: {', '.join(_NAMES)}."
            faults.append(f"{name} is no setting. {remedy}")
    return faults


def _nearest(name: str) -> str | None:
    found = get_close_matches(name.upper(), _NAMES, n=1, cutoff=_NEAR)
    return found[0] if found else None
