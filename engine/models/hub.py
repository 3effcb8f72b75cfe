"""A hub of models, as seen by whoever fetches from one: what a repository holds, and its bytes. What is fetched lies in
the layout of the hub's own cache, so that other tools share it. Each file is checked against the hash that the hub
names.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import DownloadError

_BLOCK = 2**20
_PARTIAL = 206
_PATIENCE_SECONDS = 30.0  # without a sign of life
_LOCK_SECONDS = 0.5
_HASH = re.compile(r"[0-9a-f]{40,64}\Z")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """`digest` is the SHA-256 of a large file, or git's own hash of a small one: `is_large` says which."""

    path: str
    size: int
    digest: str
    is_large: bool


@dataclass(frozen=True, slots=True)
class Repository:
    """One commit of one repository. `is_main`: asked for without naming it, it is what the main branch has now."""

    source: str
    commit: str
    files: dict[str, RemoteFile]
    is_main: bool = False


class Hub:
    """`endpoint` and `token` default to the environment's HF_ENDPOINT and HF_TOKEN, read when the process began."""

    def __init__(self, folder: Path, endpoint: str | None = None, token: str | None = None) -> None:
        from huggingface_hub import constants

        self.folder = folder
        self._endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        self._token = token

    def look(self, source: str, revision: str, model: str) -> Repository:
        """What a repository holds. Raises DownloadError."""
        from huggingface_hub import HfApi

        api = HfApi(endpoint=self._endpoint, token=self._token)
        with _told(model, source, self._endpoint):
            try:
                info = api.model_info(source, revision=revision or None, files_metadata=True, timeout=_PATIENCE_SECONDS)
            except (LookupError, TypeError) as error:
                raise ValueError("it tells of something else.") from error
        files = {file.path: file for file in map(_remote_file, info.siblings or ())}
        if not all(_HASH.match(digest) for digest in (str(info.sha), *(file.digest for file in files.values()))):
            problem = f"{self._endpoint} does not say what {source} consists of: a hash is missing or none."
            raise DownloadError(model, problem, "Use another hub.")
        return Repository(source, str(info.sha), files, is_main=not revision)

    def place(self, repository: Repository, file: RemoteFile) -> Path:
        """Where the file is found once it is there."""
        return self._root(repository) / "snapshots" / repository.commit / file.path

    def missing_bytes(self, repository: Repository, file: RemoteFile) -> int:
        if self.place(repository, file).exists():
            return 0
        blob, partial = self._blob(repository, file)
        return 0 if blob.exists() else file.size - (partial.stat().st_size if partial.exists() else 0)

    def fetch(self, repository: Repository, file: RemoteFile, tell: Callable[[int], None], model: str) -> Path:
        """The file, on this machine. Goes on where an earlier try ended; `tell` hears how many bytes came."""
        place = self.place(repository, file)
        if place.exists():
            return place
        blob, partial = self._blob(repository, file)
        with _told(model, repository.source, self._endpoint):
            blob.parent.mkdir(parents=True, exist_ok=True)
            with self._alone(repository, file, model):
                if not blob.exists() and not place.exists():
                    self._receive(repository, file, partial, tell)
                    self._check(file, partial, model)
                    partial.replace(blob)
                _link(place, blob)
            if not self._main(repository).exists():
                self._remember(repository)
        return place

    def settle(self, repository: Repository, model: str) -> None:
        """Once all that is wanted of it is here: from now on the main branch is this commit, also on this machine."""
        if repository.is_main:
            with _told(model, repository.source, self._endpoint):
                self._remember(repository)

    def _root(self, repository: Repository) -> Path:
        return self.folder / ("models--" + repository.source.replace("/", "--"))

    def _blob(self, repository: Repository, file: RemoteFile) -> tuple[Path, Path]:
        blob = self._root(repository) / "blobs" / file.digest
        return blob, blob.with_name(f"{file.digest}.part")

    @contextmanager
    def _alone(self, repository: Repository, file: RemoteFile, model: str) -> Iterator[None]:
        """Two that write one file would both get rubbish. The hub's own tools keep their locks there, too."""
        from huggingface_hub.utils import WeakFileLock

        path = self.folder / ".locks" / self._root(repository).name / f"{file.digest}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            try:
                held.enter_context(WeakFileLock(path, timeout=_LOCK_SECONDS))
            except TimeoutError as error:
                problem = f"{file.path} of {repository.source} is just being fetched by another pull."
                raise DownloadError(
                    model, problem, "Wait until that has ended, then pull again.", again=True
                ) from error
            yield

    def _receive(self, repository: Repository, file: RemoteFile, partial: Path, tell: Callable[[int], None]) -> None:
        from huggingface_hub import get_session, hf_hub_url
        from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

        url = hf_hub_url(repository.source, file.path, revision=repository.commit, endpoint=self._endpoint)
        have = partial.stat().st_size if partial.exists() else 0
        if have >= file.size > 0:
            return
        headers = {**build_hf_headers(token=self._token), "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with get_session().stream("GET", url, headers=headers, timeout=_PATIENCE_SECONDS) as answer:
            hf_raise_for_status(answer)
            goes_on = answer.status_code == _PARTIAL
            with partial.open("ab" if goes_on else "wb") as out:  # a server that cannot go on begins anew
                for block in answer.iter_bytes(_BLOCK):
                    out.write(block)
                    tell(len(block))

    def _check(self, file: RemoteFile, partial: Path, model: str) -> None:
        size = partial.stat().st_size
        if size < file.size:
            problem = f"{file.path} of {model} broke off after {size} of {file.size} bytes."
            raise DownloadError(model, problem, "Pull again: it goes on from there.", again=True)
        if size > file.size or _digest(file, partial) != file.digest:
            partial.unlink()
            problem = f"{file.path} of {model} is not what the hub says it is: its hash is another one."
            raise DownloadError(model, problem, "Pull again; if it stays so, do not trust that hub.", again=True)

    def _main(self, repository: Repository) -> Path:
        """The hub's tools look here when they are asked for no commit."""
        return self._root(repository) / "refs" / "main"

    def _remember(self, repository: Repository) -> None:
        main = self._main(repository)
        main.parent.mkdir(parents=True, exist_ok=True)
        fresh = main.with_name(f"main.{os.getpid()}.new")  # a full disk must not leave half a name
        fresh.write_text(repository.commit, encoding="ascii")
        fresh.replace(main)


def _remote_file(sibling: Any) -> RemoteFile:
    lfs = sibling.lfs
    digest = str(lfs["sha256"] if isinstance(lfs, dict) else lfs.sha256) if lfs else str(sibling.blob_id)
    return RemoteFile(sibling.rfilename, int(sibling.size or 0), digest, bool(lfs))


def _digest(file: RemoteFile, path: Path) -> str:
    digest = hashlib.sha256() if file.is_large else hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _link(place: Path, blob: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        place.symlink_to(os.path.relpath(blob, place.parent))
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        blob.replace(place)


@contextmanager
def _told(model: str, source: str, endpoint: str) -> Iterator[None]:
    """What can go wrong between here and a hub, as sentences."""
    import httpx2
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        yield
    except GatedRepoError as error:
        problem = f"{source} is only for those who accepted its licence."
        remedy = f"Accept it at {endpoint}/{source}, and set HF_TOKEN to a token of that account."
        raise DownloadError(model, problem, remedy) from error
    except RevisionNotFoundError as error:
        problem = f"{source} no longer has the commit that the catalogue names."
        raise DownloadError(model, problem, "Give the entry another revision in a catalogue of your own.") from error
    except RepositoryNotFoundError as error:
        problem = f"{endpoint} has no {source}, or does not show it to you."
        remedy = "Check the name in the catalogue; for a private one set HF_TOKEN."
        raise DownloadError(model, problem, remedy) from error
    except HfHubHTTPError as error:
        raise _explain_status(error, model, source, endpoint) from error
    except (httpx2.HTTPError, ConnectionError) as error:
        problem = f"{endpoint} cannot be reached, or the line broke: {str(error) or type(error).__name__}."
        raise DownloadError(model, problem, "Pull again: it goes on where it ended.", again=True) from error
    except ValueError as error:
        problem = f"{endpoint} does not answer as a hub of models does: {str(error).splitlines()[0]}"
        raise DownloadError(model, problem, "Check HF_ENDPOINT, and the name in the catalogue.") from error
    except OSError as error:
        problem = f"The file cannot be kept: {error.strerror or error}."
        full = error.errno == errno.ENOSPC
        remedy = (
            "Free some space, then pull again: it goes on where it ended." if full else "Check the folder's rights."
        )
        raise DownloadError(model, problem, remedy) from error


def _explain_status(error: Any, model: str, source: str, endpoint: str) -> DownloadError:
    status = error.response.status_code
    if status in (401, 403):
        problem = f"{endpoint} does not let this token have {source} ({status})."
        return DownloadError(model, problem, "Set HF_TOKEN to a token that may read it.")
    problem = f"{endpoint} answered {status} when asked for {source}."
    return DownloadError(model, problem, "Try again later.", again=status >= 500 or status == 429)
