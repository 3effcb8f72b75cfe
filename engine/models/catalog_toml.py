"""Catalogue files to a `Catalog`: the one that ships, and an operator's own, whose entries may say `like = "sdxl"` to
take over what they leave out. Every fault of every file is told at once, with its line and what to do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from engine.errors import CatalogError, DataFault
from engine.language.parameters import SAMPLERS
from engine.models.catalog import Catalog, Commercial, Entry, Family, Guiding, Licence, Place, Size, Task
from engine.recipe import Weighting

SHIPPED = Path(__file__).with_name("catalog.toml")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*\Z")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+\Z")
_SIZE = re.compile(r"(\d{2,5})x(\d{2,5})\Z")
_OWN = (
    "title",
    "licence",
    "licence_url",
    "commercial",
    "terms",
    "gated",
    "aliases",
    "revision",
    "unverified",
    "like",
    "hidden",
)


class _WrongValueError(ValueError):
    """Says what would be right."""


def load_catalog(*own: Path) -> Catalog:
    """The models that ship and those of an operator's files; a name that ships can be replaced."""
    faults: list[DataFault] = []
    entries: dict[str, Entry] = {}
    for path in (SHIPPED, *own):
        entries.update(_read_file(path, entries, faults))
    faults += [*_clashes(entries), *_circles(entries)]
    if faults:
        raise CatalogError(faults)
    return Catalog.of(entries.values())


def _read_file(path: Path, known: Mapping[str, Entry], faults: list[DataFault]) -> dict[str, Entry]:
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        faults.append(DataFault(path.name, f"cannot be read ({error.strerror}).", "Check its path and rights."))
        return {}
    except ValueError as error:
        faults.append(DataFault(path.name, f"is not TOML: {error}.", "Mend that place first."))
        return {}
    models = data.get("models", {})
    remedy = "Write each model under [models.NAME]."
    strange = sorted(data.keys() - {"models"})
    faults += [DataFault(f"{path.name}: {key}", "is not known here.", remedy) for key in strange]
    if not isinstance(models, dict):
        faults.append(DataFault(f"{path.name}: models", "is no table.", remedy))
        return {}
    read: dict[str, Entry] = {}
    for name, fields in models.items():
        reader = _EntryReader(path, text, name, faults)
        entry = reader.read(fields, {**known, **read})
        if entry is not None:
            read[name] = entry
    return read


def _clashes(entries: Mapping[str, Entry]) -> list[DataFault]:
    owner: dict[str, str] = {name: name for name in entries}
    faults = []
    for entry in entries.values():
        for alias in entry.aliases:
            if owner.setdefault(alias, entry.name) != entry.name:
                problem = f"calls itself {alias}, as {owner[alias]} does."
                faults.append(DataFault(f"models.{entry.name}.aliases", problem, "Give that name to one of them."))
    return faults


def _circles(entries: Mapping[str, Entry]) -> list[DataFault]:
    """One file has no configuration of its own, and what it was like is gone where its name replaces that."""
    faults = []
    for entry in entries.values():
        passed, at = [entry.name], entry
        while (at.file or at.place is Place.FILE) and at.like in entries and at.like not in passed:
            at = entries[at.like]
            passed.append(at.name)
        if (at.file or at.place is Place.FILE) and at.like in passed:
            problem = f"leads back to {at.like}, which is replaced by a file that has no configuration."
            remedy = "Give that file a name of its own: the models that ship stay beside it."
            faults.append(DataFault(f"models.{entry.name}.like", problem, remedy))
    return faults


class _EntryReader:
    """Reads one table; collects its faults."""

    def __init__(self, path: Path, text: str, name: str, faults: list[DataFault]) -> None:
        self.path, self.text, self.name, self.faults = path, text, name, faults

    def read(self, fields: Any, known: Mapping[str, Entry]) -> Entry | None:
        before = len(self.faults)
        if not _NAME.match(self.name):
            self.fail("", "has a name that cannot be typed.", "Use small letters, digits, dots and dashes.")
        if not isinstance(fields, dict):
            self.fail("", "is no table.", f"Write [models.{self.name}].")
            return None
        values = {key: self.read_field(key, value) for key, value in fields.items()}
        values = {**self.inherited(values, known), **values}
        place = self.find_place(values)
        for key in sorted(_REQUIRED - values.keys()):
            self.fail("", f"lacks {key}.", "Add it, or say like = a model that has it.")
        if len(self.faults) > before or place is None:
            return None
        self.check(values)
        return self.build(values, place)

    def fail(self, key: str, problem: str, remedy: str) -> None:
        where = f"{self.path.name}, line {self.line(key)}: models.{self.name}" + (f".{key}" if key else "")
        self.faults.append(DataFault(where, problem, remedy))

    def line(self, key: str) -> int:
        """Where the table, or a key of it, stands: the parser does not say."""
        header = re.search(rf"^[ \t]*\[models\.\"?{re.escape(self.name)}\"?\]", self.text, re.MULTILINE)
        start = header.start() if header else 0
        following = re.compile(r"^[ \t]*\[", re.MULTILINE).search(self.text, header.end() if header else 0)
        stop = following.start() if following else len(self.text)
        found = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=", re.MULTILINE).search(self.text, start, stop)
        return self.text.count("\n", 0, found.start() if key and found else start) + 1

    def read_field(self, key: str, value: Any) -> Any:
        reader = _READERS.get(key)
        if reader is None:
            self.fail(key, "is not known.", "Remove it, or use one of: " + ", ".join(_READERS) + ".")
            return None
        try:
            return reader(value)
        except _WrongValueError as wrong:
            self.fail(key, f"is {value!r:.60}.", f"Use {wrong}.")
            return None

    def inherited(self, values: Mapping[str, Any], known: Mapping[str, Entry]) -> dict[str, Any]:
        model = values.get("like")
        if model is None:
            return {}
        if model not in known:
            self.fail("like", f"is {model}, which is no model above this one.", f"Use one of: {', '.join(known)}.")
            return {}
        shared = (key for key in _READERS if key not in _OWN and key not in tuple(Place))
        inherited = {key: getattr(known[model], key) for key in shared}
        unknown = {"licence": "unknown", "licence_url": "", "commercial": Commercial.NO}
        return {**inherited, "title": self.name, **unknown}

    def find_place(self, values: Mapping[str, Any]) -> Place | None:
        given = [place for place in Place if values.get(place)]
        if Place.REPOSITORY in given and Place.FILE in given:
            given.remove(Place.FILE)
        if len(given) != 1:
            often = "more than once" if given else "nowhere"
            self.fail("", f"says {often} where its weights are.", f"Give one of: {', '.join(Place)}.")
            return None
        if given[0] is Place.FILE and not values.get("like"):
            self.fail("file", "is read with another model's configuration.", 'Say which, such as like = "sdxl".')
        return given[0]

    def check(self, values: Mapping[str, Any]) -> None:
        """What must agree between fields."""
        if values["scheduler"] not in values["schedulers"]:
            self.fail("scheduler", "is not among schedulers.", f"Use one of: {', '.join(values['schedulers'])}.")
        if values["steps"] > values["most_steps"]:
            self.fail("steps", "is more than most_steps.", f"Use at most {values['most_steps']}.")
        if values["guidance"] > values["most_guidance"]:
            self.fail("guidance", "is more than most_guidance.", f"Use at most {values['most_guidance']}.")
        for size in values["sizes"]:
            if size.width % values["multiple"] or size.height % values["multiple"]:
                self.fail("sizes", f"{size} is not in steps of {values['multiple']}.", "Change it, or multiple.")
            if max(size.width, size.height) > values["longest"]:
                self.fail("sizes", f"{size} is longer than longest.", f"Stay within {values['longest']}.")
        if values["commercial"] is Commercial.LIMITED and not values.get("terms"):
            self.fail("commercial", "is limited.", "Say in terms what the conditions are.")

    def build(self, values: Mapping[str, Any], place: Place) -> Entry | None:
        source = values[place]
        if place in (Place.FOLDER, Place.FILE):
            source = self.find_weights(place, self.path.parent / Path(source).expanduser())
        file = values.get("file", "") if place is Place.REPOSITORY else ""
        terms = values.get("terms", "")
        licence = Licence(values["licence"], values["licence_url"], values["commercial"], terms)
        apart = (*Place, "licence", "licence_url", "commercial", "terms")
        kept = {key: value for key, value in values.items() if key not in apart}
        return Entry(name=self.name, place=place, source=source, file=file, licence=licence, **kept) if source else None

    def find_weights(self, place: Place, path: Path) -> str:
        """An operator's own weights, seen from the catalogue's folder; they must be there."""
        if place is Place.FOLDER and not (path / "model_index.json").is_file():
            self.fail(place, f"is {path}, which holds no model_index.json.", "Name a folder that diffusers saved.")
            return ""
        if place is Place.FILE and not path.is_file():
            self.fail(place, f"is {path}, which is no file.", "Check the path.")
            return ""
        return str(path)


Reader = Callable[[Any], Any]


def _is(kind: type, wanted: str, check: Callable[[Any], bool] = bool) -> Reader:
    def read(value: Any) -> Any:
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or not check(value):
            raise _WrongValueError(wanted)
        return value

    return read


def _one_of(options: type[StrEnum]) -> Reader:
    def read(value: Any) -> Any:
        if value not in list(options):
            raise _WrongValueError("one of " + ", ".join(options))
        return options(value)

    return read


def _list_of(reader: Reader, make: Callable[[list[Any]], Any] = tuple, *, empty: bool = False) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list) or not (value or empty):
            raise _WrongValueError("a list" + ("" if empty else " with at least one item"))
        return make([reader(item) for item in value])

    return read


def _size(value: Any) -> Size:
    found = _SIZE.match(value) if isinstance(value, str) else None
    if found is None:
        raise _WrongValueError('sizes such as "1024x1024"')
    return Size(int(found[1]), int(found[2]))


def _alias(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.match(value):
        raise _WrongValueError("names of small letters, digits, dots and dashes")
    return value


def _local(ending: str, wanted: str) -> Reader:
    return _is(str, wanted, lambda value: value.endswith(ending) and value.strip() != "")


_TEXT = _is(str, "some text", lambda value: value.strip() != "")
_ANY_TEXT = _is(str, "text", lambda value: True)
_COUNT = _is(int, "a whole number above zero", lambda value: value > 0)
_NUMBER = _is(float, "a number, zero or more", lambda value: value >= 0)
_SAMPLER = _is(str, "samplers out of " + ", ".join(SAMPLERS), lambda value: value in SAMPLERS)
_READERS: dict[str, Reader] = {
    "title": _TEXT,
    "family": _one_of(Family),
    "like": _TEXT,
    Place.SHIPPED: _TEXT,
    Place.REPOSITORY: _is(str, 'a name such as "owner/model"', lambda value: _REPOSITORY.match(value) is not None),
    Place.FOLDER: _TEXT,
    Place.FILE: _local(".safetensors", "a .safetensors file; other kinds can run code when they are opened"),
    "revision": _is(str, "a commit of 40 digits", lambda value: re.fullmatch(r"[0-9a-f]{40}", value) is not None),
    "licence": _TEXT,
    "licence_url": _ANY_TEXT,
    "commercial": _one_of(Commercial),
    "terms": _TEXT,
    "gated": _is(bool, "true or false", lambda value: True),
    "tasks": _list_of(_one_of(Task), frozenset),
    "sizes": _list_of(_size),
    "multiple": _COUNT,
    "longest": _COUNT,
    "longest_repaint": _COUNT,
    "steps": _COUNT,
    "most_steps": _COUNT,
    "guidance": _NUMBER,
    "most_guidance": _NUMBER,
    "guiding": _one_of(Guiding),
    "weighting": _one_of(Weighting),
    "scheduler": _SAMPLER,
    "schedulers": _list_of(_SAMPLER),
    "memory_gib": _NUMBER,
    "added_text": _ANY_TEXT,
    "added_negative": _ANY_TEXT,
    "styling": _TEXT,
    "aliases": _list_of(_alias, empty=True),
    "unverified": _list_of(_TEXT, frozenset, empty=True),
    "kind": _TEXT,
    "hidden": _is(bool, "true or false", lambda value: True),
}
_OPTIONAL = {*Place, "like", "revision", "terms", "gated", "added_text", "added_negative", "styling", "aliases"}
_OPTIONAL |= {"unverified", "kind", "hidden", "longest_repaint"}
_REQUIRED = frozenset(_READERS.keys() - _OPTIONAL)
