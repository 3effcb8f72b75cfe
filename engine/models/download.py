"""Fetching a model beforehand: first what it is, how large and on what terms, then its bytes. An operator's deed, never
part of a member's job. Takes only what painting reads: the smallest whole set of .safetensors, configurations and
tokenizers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DownloadError, ModelError
from engine.models.catalog import Catalog, Commercial, Entry, Place
from engine.models.hub import Hub, RemoteFile, Repository
from engine.models.weights import INDEX, needed_files, read_index

Tell = Callable[[float, str], None]
_SPARE_BYTES = 2**30  # a disk that is filled to the brim breaks more than a download
_GB = 10**9


@dataclass(frozen=True, slots=True)
class Wanted:
    repository: Repository
    file: RemoteFile


@dataclass(frozen=True, slots=True)
class Plan:
    """What pulling a model means. `missing_bytes` is what is not yet here."""

    entry: Entry
    wanted: tuple[Wanted, ...]
    missing_bytes: int

    @property
    def size(self) -> int:
        return sum(each.file.size for each in self.wanted)

    def __str__(self) -> str:
        entry = self.entry
        here = "" if self.missing_bytes == self.size else f", {self.missing_bytes / _GB:.2f} GB of it not yet here"
        lines = [f"{entry.title}: {len(self.wanted)} files, {self.size / _GB:.2f} GB{here}."]
        licence = entry.licence
        use = {Commercial.YES: "may be used commercially", Commercial.NO: "not for commercial use"}
        lines.append(f"Licence: {licence.name}, {use.get(licence.commercial, 'commercial use is limited')}.")
        lines += [line for line in (licence.terms, licence.url) if line]
        if entry.gated:
            lines.append("Its licence must be accepted on the hub, and HF_TOKEN set.")
        return "\n".join(lines)


def make_plan(entry: Entry, catalog: Catalog, hub: Hub) -> Plan:
    """Asks the hub; fetches nothing but the model's index. Raises DownloadError."""
    wanted = tuple(_wanted(entry, catalog, hub))
    missing = sum(hub.missing_bytes(each.repository, each.file) for each in wanted)
    return Plan(entry, wanted, missing)


def pull(plan: Plan, hub: Hub, tell: Tell) -> None:
    """All of it, on this machine; what is already here is not fetched again. Raises DownloadError."""
    _check_disk(plan, hub.folder)
    done, missing = 0, max(1, plan.missing_bytes)
    for each in plan.wanted:
        path = each.file.path

        def count(received: int, path: str = path) -> None:
            nonlocal done
            done += received
            tell(min(0.999, done / missing), f"Fetching {path}.")

        hub.fetch(each.repository, each.file, count, plan.entry.name)
    for repository in {
        (each.repository.source, each.repository.commit): each.repository for each in plan.wanted
    }.values():
        hub.settle(repository, plan.entry.name)
    tell(1.0, f"{plan.entry.title} is here.")


def _wanted(entry: Entry, catalog: Catalog, hub: Hub) -> list[Wanted]:
    match entry.place:
        case Place.SHIPPED | Place.FOLDER:
            problem = f"{entry.name} comes from {entry.source}, not from a hub."
            raise DownloadError(entry.name, problem, "There is nothing to fetch.")
        case Place.FILE:
            return _wanted_of_base(entry, catalog, hub)
        case Place.REPOSITORY:
            repository = hub.look(entry.source, entry.revision, entry.name)
            if not entry.file:
                return _wanted_of_pipeline(entry, repository, hub)
            return [_file(repository, entry.file, entry.name), *_wanted_of_base(entry, catalog, hub)]


def _wanted_of_base(entry: Entry, catalog: Catalog, hub: Hub) -> list[Wanted]:
    """A checkpoint is read with another model's configuration, and that model's parts where it lacks them."""
    base = catalog.find(entry.like)
    if base.place in (Place.SHIPPED, Place.FOLDER):
        return []
    return _wanted(base, catalog, hub)


def _wanted_of_pipeline(entry: Entry, repository: Repository, hub: Hub) -> list[Wanted]:
    index = _file(repository, INDEX, entry.name)
    path = hub.fetch(repository, index.file, lambda _: None, entry.name)
    sizes = {file.path: file.size for file in repository.files.values()}
    parts = read_index(path.read_text(encoding="utf-8"), entry.name)
    needed = needed_files(sizes, parts, entry.name)
    _check_whole(needed, [part.name for part in parts.parts], entry)
    return [_file(repository, path, entry.name) for path in needed]


def _check_whole(needed: Collection[str], parts: list[str], entry: Entry) -> None:
    empty = [name for name in parts if not any(path.startswith(f"{name}/") for path in needed)]
    if empty:
        raise ModelError(entry.name, f"{entry.source} has no files for {', '.join(empty)}.", "Choose another model.")


def _file(repository: Repository, path: str, model: str) -> Wanted:
    try:
        return Wanted(repository, repository.files[path])
    except KeyError:
        problem = f"{repository.source} has no {path}."
        raise DownloadError(model, problem, "Name a repository that diffusers can read.") from None


def _check_disk(plan: Plan, folder: Path) -> None:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if plan.missing_bytes and plan.missing_bytes + _SPARE_BYTES > free:
        needs = f"{plan.missing_bytes / _GB:.2f} GB and {_SPARE_BYTES / _GB:.1f} GB to spare"
        problem = f"{plan.entry.name} needs {needs}, and {folder} has {free / _GB:.2f} GB free."
        raise DownloadError(plan.entry.name, problem, "Free some space, or name another folder.")
