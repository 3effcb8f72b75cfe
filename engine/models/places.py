"""Where the files of a catalogue entry lie on this machine, and which exact ones they are. Looks only: what is missing
is named together with the command that fetches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelError
from engine.models.catalog import Catalog, Entry, Place
from engine.models.hashes import Hashes
from engine.models.weights import INDEX, Index, files_in, needed_files, read_index
from engine.recipe import ModelPin

ENGINE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Found:
    """`folder` holds configuration, and the weights that `file` (one checkpoint) does not have."""

    folder: Path
    index: Index
    pin: ModelPin
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """`hub` is a folder in the layout of the hub's own cache; None is that cache itself."""

    catalog: Catalog
    hub: Path | None
    hashes: Hashes

    def find(self, entry: Entry) -> Found:
        """Raises ModelError if it is not here."""
        match entry.place:
            case Place.SHIPPED:
                return self._find_folder(entry, ENGINE / entry.source)
            case Place.FOLDER:
                return self._find_folder(entry, Path(entry.source))
            case Place.FILE:
                path = Path(entry.source)
                if not path.is_file():
                    raise ModelError(entry.name, f"{entry.name} needs {path}, which is not there.", "Put it back.")
                return self._find_file(entry, path, f"sha256:{self.hashes.file(path)}")
            case Place.REPOSITORY:
                snapshot = self.snapshot(entry.source, entry.revision)
                if snapshot is None:
                    raise _missing(entry)
                if not entry.file:
                    return Found(snapshot, _index(entry, snapshot), entry.pin(snapshot.name))
                if not (snapshot / entry.file).is_file():
                    raise _missing(entry)
                return self._find_file(entry, snapshot / entry.file, snapshot.name)

    def snapshot(self, source: str, revision: str) -> Path | None:
        """A repository's fetched files; without a revision those of its main branch."""
        root = (self.hub or default_hub()) / ("models--" + source.replace("/", "--"))
        try:
            commit = revision or (root / "refs" / "main").read_text(encoding="ascii").strip()
        except OSError:
            return None
        folder = root / "snapshots" / commit
        return folder if commit and folder.is_dir() else None

    def _find_folder(self, entry: Entry, folder: Path) -> Found:
        index = _index(entry, folder)
        names = {
            f"{part.name}/{name}": size for part in index.parts for name, size in files_in(folder / part.name).items()
        }
        files = {name for small in (True, False) for name in needed_files(names, index, entry.name, small=small)}
        return Found(folder, index, entry.pin(f"sha256:{self.hashes.folder(folder, sorted(files))}"))

    def _find_file(self, entry: Entry, file: Path, revision: str) -> Found:
        base = self.find(self.catalog.find(entry.like))
        return Found(base.folder, base.index, entry.pin(revision), file)


def default_hub() -> Path:
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _index(entry: Entry, folder: Path) -> Index:
    try:
        text = (folder / INDEX).read_text(encoding="utf-8")
    except OSError as error:
        raise _missing(entry) from error
    return read_index(text, entry.name)


def _missing(entry: Entry) -> ModelError:
    if entry.place is Place.REPOSITORY:
        remedy = f"Fetch it with `python -m engine --pull {entry.name}`."
    else:
        remedy = f"It belongs into {entry.source}."
    return ModelError(entry.name, f"The model {entry.name} is not on this machine, or not all of it.", remedy)
