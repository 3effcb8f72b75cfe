"""Scripted trouble: what shall go wrong, how often, consumed in the order in which it was ordered.

It only answers when asked; the REST layer and the gateway do the damage. Docs: docs/sandbox-control.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeVar

Json = dict[str, Any]

LONGEST_DELAY_SECONDS: Final = 3600.0
MOST_TIMES: Final = 1_000_000
_PATH_RULE: Final = (
    "the path after /api/v10, such as /channels/*/messages; * stands for one segment, ** (twice at most) for any number"
)
_METHODS: Final = ("*", "GET", "POST", "PUT", "PATCH", "DELETE")


class FaultFormError(Exception):
    """A fault that cannot be ordered like this; the message says which field, and what it may be."""


@dataclass(slots=True)
class Fault:
    """What every kind has. `times` is what is left; None means until it is removed."""

    id: int
    times: int | None
    fired: int = 0

    @property
    def is_spent(self) -> bool:
        return self.times == 0

    def fire(self) -> None:
        self.fired += 1
        if self.times is not None:
            self.times -= 1


@dataclass(slots=True)
class HttpFault(Fault):
    """An answer that goes wrong. `status` None leaves the true answer, so that a fault can be only a delay."""

    kind: str = "http"
    method: str = "*"
    path: str = "/**"
    skip: int = 0
    status: int | None = None
    stored: bool = False
    drop: bool = False
    delay_seconds: float = 0.0
    retry_after: float = 1.0
    is_global: bool = False


@dataclass(slots=True)
class SilenceFault(Fault):
    """A gateway connection that says HELLO and then nothing."""

    kind: str = "silence"


@dataclass(slots=True)
class EventFault(Fault):
    """A gateway event that comes twice (`duplicate`) or late (`event_delay`)."""

    kind: str = "duplicate"
    event: str = "*"
    seconds: float = 0.0


AnyFault = HttpFault | SilenceFault | EventFault
F = TypeVar("F", HttpFault, SilenceFault, EventFault)


@dataclass(slots=True)
class FaultScript:
    """The faults in order. Spent ones stay listed, with their count, until they are removed; the oldest 100 of them."""

    _faults: dict[int, AnyFault] = field(default_factory=dict)
    _patterns: dict[int, re.Pattern[str]] = field(default_factory=dict)
    _last_id: int = 0

    def add(self, form: object) -> AnyFault:
        """Order a fault from its JSON form, or raise `FaultFormError`."""
        fault = _read(form, self._last_id + 1)
        self._last_id = fault.id
        self._faults[fault.id] = fault
        if isinstance(fault, HttpFault):
            self._patterns[fault.id] = _glob(fault.path)
        for spent in [f.id for f in self._faults.values() if f.is_spent][:-100]:
            self.remove(spent)
        return fault

    def remove(self, fault_id: int) -> bool:
        self._patterns.pop(fault_id, None)
        return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        self._faults.clear()
        self._patterns.clear()

    def as_json(self) -> list[Json]:
        return [fault_json(fault) for fault in self._faults.values()]

    # -- asked by the REST layer --------------------------------------------------------------------------------------

    def take_http(self, method: str, path: str) -> HttpFault | None:
        """The fault for this request, now used up once. `path` is what follows /api/v10, without the query."""
        for fault in self._live(HttpFault):
            if fault.method not in ("*", method.upper()) or not self._patterns[fault.id].fullmatch(path):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.fire()
            return fault
        return None

    # -- asked by the gateway -----------------------------------------------------------------------------------------

    def take_silence(self) -> bool:
        for fault in self._live(SilenceFault):
            fault.fire()
            return True
        return False

    def take_duplicate(self, event_name: str) -> bool:
        return self._take_event("duplicate", event_name) is not None

    def event_delay_seconds(self, event_name: str) -> float:
        fault = self._take_event("event_delay", event_name)
        return fault.seconds if fault else 0.0

    def _take_event(self, kind: str, event_name: str) -> EventFault | None:
        for fault in self._live(EventFault):
            if fault.kind == kind and fault.event in ("*", event_name):
                fault.fire()
                return fault
        return None

    def _live(self, kind: type[F]) -> Iterator[F]:
        for fault in self._faults.values():
            if isinstance(fault, kind) and not fault.is_spent:
                yield fault


def fault_json(fault: AnyFault) -> Json:
    record = asdict(fault)
    record["id"] = str(fault.id)
    if isinstance(fault, HttpFault):
        record["global"] = record.pop("is_global")
    if fault.kind == "duplicate":
        del record["seconds"]
    return record


def _glob(pattern: str) -> re.Pattern[str]:
    pieces = {"*": "/[^/]+", "**": "(?:/.*)?"}
    return re.compile("".join(pieces.get(step) or "/" + re.escape(step) for step in pattern.split("/")[1:]))


def _is_glob(pattern: str) -> bool:
    """Stars only as whole segments, and few double ones: matching must stay cheap whatever is ordered."""
    steps = pattern.split("/")
    is_whole = all("*" not in step or step in ("*", "**") for step in steps)
    return pattern.startswith("/") and is_whole and steps.count("**") <= 2


# -- reading a fault from JSON ----------------------------------------------------------------------------------------


def _read(form: object, fault_id: int) -> AnyFault:
    if not isinstance(form, dict):
        raise FaultFormError('A fault is a JSON object, for example {"kind": "silence"}.')
    fields = _Fields(form)
    kind = form.get("kind")
    match kind:
        case "http":
            fault: AnyFault = _read_http(fields, fault_id)
        case "silence":
            fault = SilenceFault(fault_id, fields.times(default=1))
        case "duplicate":
            fault = EventFault(fault_id, fields.times(default=1), kind="duplicate", event=fields.event())
        case "event_delay":
            fault = EventFault(fault_id, fields.times(default=None), kind="event_delay", event=fields.event())
            fault.seconds = fields.seconds("seconds", 0.2)
        case _:
            raise FaultFormError(f"kind {kind!r} is unknown; use http, silence, duplicate or event_delay.")
    fields.refuse_the_rest(str(kind))
    return fault


def _read_http(fields: _Fields, fault_id: int) -> HttpFault:
    fault = HttpFault(
        fault_id,
        fields.times(default=1),
        method=fields.text("method", "*", lambda m: m in _METHODS, f"one of {', '.join(_METHODS)}"),
        path=fields.text("path", "/**", _is_glob, _PATH_RULE),
        skip=fields.whole("skip", 0, 0, MOST_TIMES) or 0,
        status=fields.whole("status", None, 400, 599),
        stored=fields.flag("stored"),
        drop=fields.flag("drop"),
        delay_seconds=fields.seconds("delay_seconds", 0.0),
        retry_after=fields.seconds("retry_after", 1.0),
        is_global=fields.flag("global"),
    )
    if fault.drop and fault.status is not None:
        raise FaultFormError("drop cuts the connection, so there is no status to send; leave one of the two out.")
    if not fault.drop and fault.status is None and not fault.delay_seconds:
        raise FaultFormError("An http fault needs a status (400 to 599), drop: true, or delay_seconds above 0.")
    if fault.status != 429 and ("retry_after" in fields.form or "global" in fields.form):
        raise FaultFormError("retry_after and global belong to status 429; set it, or leave them out.")
    return fault


class _Fields:
    """Reads one form field by field, and remembers which ones exist, so that a misspelt one is refused."""

    def __init__(self, form: Json) -> None:
        self.form = form
        self._known = {"kind"}

    def _get(self, name: str, default: Any) -> Any:
        self._known.add(name)
        return self.form.get(name, default)

    def text(self, name: str, default: str, is_right: Callable[[str], bool], allowed: str) -> str:
        value = self._get(name, default)
        if not isinstance(value, str) or len(value) > 500 or not is_right(value):
            raise FaultFormError(f"{name} is {value!r}; use {allowed}.")
        return value

    def whole(self, name: str, default: int | None, least: int, most: int) -> int | None:
        value = self._get(name, default)
        if value == default and not isinstance(value, bool):
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise FaultFormError(f"{name} is {value!r}; use a whole number from {least} to {most}.")
        return value

    def times(self, default: int | None) -> int | None:
        if self._get("times", default) is None:
            return None
        return self.whole("times", default, 1, MOST_TIMES)

    def seconds(self, name: str, default: float) -> float:
        value = self._get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= LONGEST_DELAY_SECONDS:
            raise FaultFormError(f"{name} is {value!r}; use seconds from 0 to {LONGEST_DELAY_SECONDS:.0f}.")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self._get(name, False)
        if not isinstance(value, bool):
            raise FaultFormError(f"{name} is {value!r}; use true or false.")
        return value

    def event(self) -> str:
        return self.text(
            "event", "*", lambda name: re.fullmatch(r"\*|[A-Z][A-Z_]*", name) is not None, "* or INTERACTION_CREATE"
        )

    def refuse_the_rest(self, kind: str) -> None:
        unknown = sorted(map(str, set(self.form) - self._known))
        if unknown:
            allowed = ", ".join(sorted(self._known))
            raise FaultFormError(f"A fault of kind {kind} has no field {unknown[0]!r}; it has {allowed}.")
