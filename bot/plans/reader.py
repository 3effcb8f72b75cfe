"""A file of plans to `Plans`. Every fault of it is told at once, with its line and what to write instead."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.plans.plan import Pack, Plan, Plans, Price, Relax

SHIPPED: Final = Path(__file__).with_name("plans.toml")
UNLIMITED: Final = "unlimited"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
_DURATION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(h|min|s)")
_UNITS_MS: Final = {"h": 3_600_000, "min": 60_000, "s": 1000}
_STORAGE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?(MiB|GiB|TiB)")
_UNITS_BYTES: Final = {"MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_SIZE: Final = re.compile(r"(\d{2,5})x(\d{2,5})")
_PRICE: Final = re.compile(r"(\d{1,6})(?:\.(\d{2}))? ([A-Z]{3})")
_MODEL: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_LINE: Final = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """`where` is a key, as it would be written with dots."""

    line: int
    where: str
    problem: str
    remedy: str


class PlansError(Exception):
    """All that is wrong with a file of plans."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.path, self.faults = path, tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("\n".join(self.sentences))

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(
            f"{self.path.name}, line {fault.line}: {fault.where} {fault.problem} {fault.remedy}"
            for fault in self.faults
        )


class WrongValueError(ValueError):
    """Says what would be right."""


def read_plans(path: Path = SHIPPED) -> Plans:
    """Raises PlansError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PlansError(
            path, [Fault(1, "The file", f"cannot be read ({error.strerror}).", "Mend its path.")]
        ) from error
    except UnicodeDecodeError as error:
        raise PlansError(path, [Fault(1, "The file", "is no text.", "Write it as UTF-8.")]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise PlansError(path, [Fault(line, "The text", f"is not TOML: {error}.", "Mend that place first.")]) from error
    return _Reader(path, text).read(data)


class _Reader:
    def __init__(self, path: Path, text: str) -> None:
        self.path, self.lines = path, text.splitlines()
        self.faults: list[Fault] = []

    def read(self, data: Mapping[str, Any]) -> Plans:
        for key in data.keys() - {"default", "time_zone", "plans", "packs", "roles"}:
            remedy = "Known are default, time_zone, [plans.NAME], [packs.NAME] and [roles]."
            self.fail("", key, "is not known here.", remedy)
        found = [plan for name, table in self.tables(data, "plans") if (plan := self.read_plan(name, table))]
        if not data.get("plans"):
            self.fail("", "plans", "has no plan.", "Write each under [plans.NAME].")
        packs = [pack for name, table in self.tables(data, "packs") if (pack := self.read_pack(name, table))]
        zone = self.read_value("", "time_zone", data.get("time_zone", "UTC"), _zone)
        default = data.get("default")
        known = [name for name, _ in self.tables(data, "plans")]
        if default not in known:
            names = ", ".join(known) or "none yet"
            self.fail("", "default", f"is {default!r}, which is no plan of this file.", f"Name one of: {names}.")
        roles = self.read_roles(data.get("roles", {}), known)
        self.check_sales(found, packs)
        for plan in found:
            if plan.role in roles:
                remedy = "Use another one: whoever was given it would keep the plan by it."
                self.fail(f"plans.{plan.name}", "role", "stands under [roles] as well.", remedy)
        if self.faults:
            raise PlansError(self.path, self.faults)
        by_name = {plan.name: plan for plan in found}
        given = {role: by_name[name] for role, name in roles.items()}
        return Plans(tuple(found), by_name[str(default)], zone, tuple(packs), given)

    def tables(self, data: Mapping[str, Any], section: str) -> list[tuple[str, Any]]:
        tables = data.get(section, {})
        return list(tables.items()) if isinstance(tables, dict) else [("", tables)]

    def read_plan(self, name: str, table: Any) -> Plan | None:
        before = len(self.faults)
        values = self.read_table(f"plans.{name}", table, _FIELDS, ("title", "fast"))
        if values is None:
            return None
        values["relax"], values["relax_gpu_ms"] = values.get("relax", (Relax.NONE, 0))
        plan = Plan(name=name, **values)
        self.check(plan)
        return plan if len(self.faults) == before else None

    def read_pack(self, name: str, table: Any) -> Pack | None:
        values = self.read_table(f"packs.{name}", table, _PACK_FIELDS, ("title", "time"))
        return None if values is None else Pack(name=name, **values)

    def read_table(
        self, path: str, table: Any, known: Mapping[str, tuple[str, Callable[[Any], Any]]], needed: Sequence[str]
    ) -> dict[str, Any] | None:
        """The fields of a plan or a pack; none if there is a fault."""
        before = len(self.faults)
        if not _NAME.fullmatch(path.partition(".")[2]):
            self.fail(path, "", "has a name that cannot be used.", "Use small letters, digits and dashes.")
        if not isinstance(table, dict):
            self.fail(path, "", "is no table.", f"Write [{path}].")
            return None
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                self.fail(path, key, "is not known.", f"Use one of: {', '.join(known)}.")
                continue
            field, read = known[key]
            values[field] = self.read_value(path, key, value, read)
        for key in needed:
            if key not in table:
                self.fail(path, "", f"lacks {key}.", "Add it.")
        return values if len(self.faults) == before else None

    def read_roles(self, table: Any, plans: Sequence[str]) -> dict[int, str]:
        if not isinstance(table, dict):
            self.fail("", "roles", "is no table.", "Write [roles].")
            return {}
        roles = {}
        for key, plan in table.items():
            if plan not in plans:
                self.fail("roles", key, f"is {plan!r}, which is no plan of this file.", "Name one of its plans.")
            role = self.read_value("roles", key, key, _snowflake)
            if role is not None and plan in plans:
                roles[role] = plan
        return roles

    def check_sales(self, plans: Sequence[Plan], packs: Sequence[Pack]) -> None:
        sold: list[tuple[str, str, object]] = [(f"plans.{plan.name}", "sku", plan.sku) for plan in plans]
        sold += [(f"packs.{pack.name}", "sku", pack.sku) for pack in packs]
        sold += [(f"plans.{plan.name}", "stripe", price) for plan in plans for price in plan.stripe]
        seen: dict[object, str] = {}
        for path, key, number in sold:
            if number is not None and seen.setdefault(number, path) != path:
                self.fail(path, key, f"is that of {seen[number]} as well.", "Give each one its own.")

    def check(self, plan: Plan) -> None:
        """What must agree between lines."""
        path = f"plans.{plan.name}"
        if plan.waiting < plan.running:
            remedy = f"Write at least {plan.running}: it counts those that run as well."
            self.fail(path, "waiting", f"is {plan.waiting}, less than running.", remedy)
        if plan.fast_gpu_ms == 0 and plan.relax is Relax.NONE:
            self.fail(path, "fast", "is nothing, and there is no relax either.", 'Give time, or relax = "unlimited".')
        if plan.rollover_gpu_ms and plan.is_unbounded:
            self.fail(path, "rollover", "has nothing to carry over: fast is unlimited.", "Remove it.")
        stray = sorted(plan.confirmed - plan.models) if plan.models is not None else []
        if stray:
            self.fail(path, "confirmed", f"names {stray[0]}, which models does not.", "Add it there, or remove it.")

    def read_value(self, path: str, key: str, value: Any, read: Callable[[Any], Any]) -> Any:
        try:
            return read(value)
        except WrongValueError as wrong:
            self.fail(path, key, f"is {value!r:.60}.", f"Use {wrong}.")
            return None

    def fail(self, path: str, key: str, problem: str, remedy: str) -> None:
        where = ".".join(filter(None, (path, key)))
        self.faults.append(Fault(self.line(path, key), where, problem, remedy))

    def line(self, path: str, key: str) -> int:
        """Where a table begins, or a key of it stands: the parser does not say."""
        table, start = "", 1
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[([^\[\]]+)\]", line)
            if header:
                table = ".".join(part.strip(" \t\"'") for part in header[1].split("."))
            if header and table == path:
                start = number
            if key and table == path and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*(=|\.)", line):
                return number
        return start


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValueError("some text")
    return value.strip()


def read_duration(value: Any) -> int:
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise WrongValueError('a time such as "15 h", "200 min" or "30 s"')
    return round(float(found[1]) * _UNITS_MS[found[2]])


def _fast(value: Any) -> int | None:
    try:
        return None if value == UNLIMITED else read_duration(value)
    except WrongValueError as wrong:
        raise WrongValueError(f'{wrong}, or "{UNLIMITED}"') from None


def _relax(value: Any) -> tuple[Relax, int]:
    if value in (Relax.NONE, Relax.UNLIMITED):
        return Relax(value), 0
    try:
        return Relax.CAPPED, read_duration(value)
    except WrongValueError as wrong:
        raise WrongValueError(f'"none", "unlimited", or {wrong}') from None


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise WrongValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _weight(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value) or not 0.01 <= value <= 100:
        raise WrongValueError("a number from 0.01 to 100")
    return float(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise WrongValueError("true or false")
    return value


def _names(value: Any) -> frozenset[str]:
    is_list = isinstance(value, list) and all(isinstance(name, str) and _MODEL.fullmatch(name) for name in value)
    if not is_list or not value:
        raise WrongValueError('a list of models\' names, such as ["pocket"]')
    return frozenset(value)


def _models(value: Any) -> frozenset[str] | None:
    try:
        return None if value == "all" else _names(value)
    except WrongValueError as wrong:
        raise WrongValueError(f'"all", or {wrong}') from None


def _pixels(value: Any) -> int:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise WrongValueError('a size such as "2048x2048"')
    return int(found[1]) * int(found[2])


def _price(value: Any) -> Price:
    found = _PRICE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise WrongValueError('an amount and a currency, such as "10.00 USD"')
    return Price(int(found[1]) * 100 + int(found[2] or 0), found[3])


def _link(value: Any) -> str:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
    except ValueError:  # a bracket that does not close
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or re.search(r"\s", value):
        raise WrongValueError('an address such as "https://example.org/plans"')
    return str(value)


def _prices(value: Any) -> tuple[str, ...]:
    prices = value if isinstance(value, list) else [value]
    if not prices or not all(isinstance(each, str) and re.fullmatch(r"price_\w+", each) for each in prices):
        raise WrongValueError('a price of Stripe\'s, such as "price_1AbC", or a list of them')
    return tuple(prices)


def _snowflake(value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"\d{15,20}", value, re.ASCII) or int(value) >= 2**63:
        raise WrongValueError('an id of Discord, such as "80351110224678912"')
    return int(value)


def _zone(value: Any) -> tzinfo:
    if value == "UTC":
        return UTC  # also where no zones are installed
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError):  # no such zone, no name of one, or a folder of them
        raise WrongValueError('a time zone such as "UTC" or "Europe/Berlin"') from None


def _mebibytes(value: Any) -> int:
    return _whole(1, 500)(value) * 2**20


def _storage(value: Any) -> int | None:
    if value == UNLIMITED:
        return None
    found = _STORAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not (size := round(float(found[1]) * _UNITS_BYTES[found[2]])):
        raise WrongValueError(f'a size such as "500 MiB" or "20 GiB", or "{UNLIMITED}"')
    return size


_FIELDS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "title": ("title", _text),
    "fast": ("fast_gpu_ms", _fast),
    "relax": ("relax", _relax),
    "turbo_running": ("turbo_running", _whole(0, 100)),
    "running": ("running", _whole(1, 100)),
    "waiting": ("waiting", _whole(1, 1000)),
    "stealth": ("stealth", _flag),
    "models": ("models", _models),
    "confirmed": ("confirmed", _names),
    "permutations": ("permutations", _whole(1, 100)),
    "repeats": ("repeats", _whole(1, 100)),
    "largest": ("pixels", _pixels),
    "upload_mib": ("upload_bytes", _mebibytes),
    "storage": ("storage_bytes", _storage),
    "weight": ("weight", _weight),
    "price": ("price", _price),
    "yearly_price": ("yearly_price", _price),
    "link": ("link", _link),
    "terms": ("terms", _text),
    "rollover": ("rollover_gpu_ms", read_duration),
    "offered": ("offered", _flag),
    "sku": ("sku", _snowflake),
    "stripe": ("stripe", _prices),
    "role": ("role", _snowflake),
}
"""What a line of a plan is called, which field it fills, and how it is read."""

_PACK_FIELDS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "title": ("title", _text),
    "time": ("gpu_ms", read_duration),
    "sku": ("sku", _snowflake),
    "price": ("price", _price),
    "link": ("link", _link),
}
