"""Where the files of a catalogue entry lie on this machine, and which exact ones they are. Looks only: what is missing
is named together with the command that fetches it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import ModelError
from engine.models.catalog import Catalog, Entry, Place
from engine.models.hashes import Hashes
from engine.models.weights import INDEX, Index, choose_weights, files_in, needed_files, read_index
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
        """Raises ModelError if it is not here. Reads whole files for their hash, the first time."""
        found = self._locate(entry)
        if entry.place is Place.REPOSITORY:
            return found
        digest = self.hashes.file(found.file) if found.file else self._hash_folder(found, entry.name)
        return replace(found, pin=entry.pin(f"sha256:{digest}"))

    def has(self, entry: Entry) -> bool:
        """Whether all of it seems to be here. Looks at names alone, and so is quick."""
        try:
            found = self._locate(entry)
        except ModelError:
            return False
        parts = [files_in(found.folder / part.name) for part in found.index.parts]
        modules = [files for files in parts if "config.json" in files]
        return all(parts) and (found.file is not None or all(choose_weights(files, small=True) for files in modules))

    def folder(self, entry: Entry) -> Path | None:
        """Where its configuration and tokenizer would be; None if they are another model's, or nowhere."""
        match entry.place:
            case Place.SHIPPED:
                return ENGINE / entry.source
            case Place.FOLDER:
                return Path(entry.source)
            case Place.REPOSITORY:
                return self.snapshot(entry.source, entry.revision)
            case Place.FILE:
                return None

    def snapshot(self, source: str, revision: str) -> Path | None:
        """A repository's fetched files; without a revision those of its main branch."""
        root = (self.hub or default_hub()) / ("models--" + source.replace("/", "--"))
        try:
            commit = revision or (root / "refs" / "main").read_text(encoding="ascii").strip()
        except OSError:
            return None
        folder = root / "snapshots" / commit
        return folder if commit and folder.is_dir() else None

    def _locate(self, entry: Entry) -> Found:
        match entry.place:
            case Place.SHIPPED:
                return Found(ENGINE / entry.source, _index(entry, ENGINE / entry.source), entry.pin())
            case Place.FOLDER:
                return Found(Path(entry.source), _index(entry, Path(entry.source)), entry.pin())
            case Place.FILE:
                path = Path(entry.source)
                if not path.is_file():
                    raise ModelError(entry.name, f"{entry.name} needs {path}, which is not there.", "Put it back.")
                return self._beside(entry, path, entry.pin())
            case Place.REPOSITORY:
                snapshot = self.snapshot(entry.source, entry.revision)
                if snapshot is None or (entry.file and not (snapshot / entry.file).is_file()):
                    raise _missing(entry)
                if entry.file:
                    return self._beside(entry, snapshot / entry.file, entry.pin(snapshot.name))
                return Found(snapshot, _index(entry, snapshot), entry.pin(snapshot.name))

    def _beside(self, entry: Entry, file: Path, pin: ModelPin) -> Found:
        """A checkpoint, with the model that it is like."""
        base = self._locate(self.catalog.find(entry.like))
        return Found(base.folder, base.index, pin, file)

    def _hash_folder(self, found: Found, model: str) -> str:
        folders = {part.name: files_in(found.folder / part.name) for part in found.index.parts}
        sizes = {f"{part}/{name}": size for part, files in folders.items() for name, size in files.items()}
        files = {name for small in (True, False) for name in needed_files(sizes, found.index, model, small=small)}
        return self.hashes.folder(found.folder, sorted(files))


def default_hub() -> Path:
    try:
        from huggingface_hub import constants
    except ImportError:  # without the engine's packages nothing is fetched, and nothing of it can be painted with
        return Path.home() / ".cache" / "huggingface" / "hub"
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
