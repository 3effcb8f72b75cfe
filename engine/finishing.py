"""From pixels to files, in threads of its own: a job's pictures while others are painted, and previews. The device
never waits for it, and neither does the event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from engine.events import Event, Failed, Failure, Film, Finished, Picture, Preview
from engine.job import Job
from engine.paint.encode import JPEG, PNG, encode_png
from engine.paint.film import WEBP, Reel, encode_film, make_reel
from engine.paint.previews import encode_preview
from engine.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Parcel:
    """One job's files. Sent when the last is ready and the job has ended, whichever is later."""

    job: Job
    files: dict[int, Picture] = field(default_factory=dict)
    reels: dict[int, Reel] = field(default_factory=dict)
    gpu_ms: int | None = None
    broken: bool = False
    is_sealed: bool = False  # all is in it; a film may still be made


class Finisher:
    def __init__(self, tell: Callable[[Event], None], threads: int) -> None:
        self._tell = tell
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="atelier files")
        self._lock = Lock()
        self._parcels: dict[str, _Parcel] = {}
        self._sketching: set[str] = set()
        self._pending: set[Future[None]] = set()
        self._closed = False

    def take(self, job: Job, cell: int, pixels: np.ndarray, recipe: Recipe, looks: Sequence[np.ndarray] = ()) -> None:
        """A painted cell: make its file. `looks` are those of its film."""
        with self._lock:
            parcel = self._parcels.setdefault(job.id, _Parcel(job))
        self._submit(self._encode, parcel, cell, pixels, recipe, looks)

    def end(self, job: Job, gpu_ms: int) -> None:
        """All cells were handed over."""
        with self._lock:
            parcel = self._parcels.get(job.id)
            if parcel is None:  # closed meanwhile
                return
            parcel.gpu_ms = gpu_ms
        self._submit(self._send, parcel)  # a film takes long, and this may be the device's own thread

    def drop(self, job_id: str) -> None:
        """It failed or is not wanted."""
        with self._lock:
            self._parcels.pop(job_id, None)

    def preview(self, job: Job, sketches: Mapping[int, np.ndarray]) -> None:
        """Show how the cells look by now. If the last preview is still being made, this one is not needed."""
        with self._lock:
            if job.id in self._sketching:
                return
            self._sketching.add(job.id)
        self._submit(self._sketch, job, dict(sketches))

    def close(self, timeout_seconds: float) -> None:
        """Waits until what was handed over is sent; what takes longer is handed back."""
        with self._lock:
            self._closed = True
            pending = set(self._pending)
        self._pool.shutdown(wait=False)
        wait(pending, timeout_seconds)
        with self._lock:
            late = [parcel.job for parcel in self._parcels.values() if parcel.gpu_ms is not None]
            self._parcels.clear()
        for job in late:
            message = "The engine was closed before this job's files were made."
            self._tell(Failed(job.id, job.attempt, Failure.CLOSED, message, again=True))

    def _submit(self, work: Callable[..., None], *about: object) -> None:
        with self._lock:
            if self._closed:  # a thread that was left behind still works; nobody is there to hear of it
                return
            future = self._pool.submit(work, *about)
            self._pending.add(future)
        future.add_done_callback(self._pending.discard)

    def _encode(
        self, parcel: _Parcel, cell: int, pixels: np.ndarray, recipe: Recipe, looks: Sequence[np.ndarray]
    ) -> None:
        try:
            picture = Picture(recipe, encode_png(pixels, recipe), PNG)
            if parcel.job.film:
                parcel.reels[cell] = make_reel(looks, pixels)
        except Exception:  # a border: nobody asks this thread how it went
            _log.exception("Job %s: a picture could not be made into a file.", parcel.job.id)
            parcel.broken = True
        else:
            parcel.files[cell] = picture
        self._send(parcel)

    def _send(self, parcel: _Parcel) -> None:
        job = parcel.job
        with self._lock:
            if parcel.gpu_ms is None or parcel.is_sealed or self._parcels.get(job.id) is not parcel:
                return
            if not parcel.broken and len(parcel.files) < len(job.cells):
                return
            parcel.is_sealed = True
        end = self._end_of(parcel)
        with self._lock:  # it stays here while a film is made: closing hands back all that is still here
            if self._parcels.get(job.id) is parcel:
                del self._parcels[job.id]
                self._tell(end)

    def _end_of(self, parcel: _Parcel) -> Finished | Failed:
        job, film = parcel.job, None
        if parcel.broken:
            message = "The picture was painted, but no file could be made of it."
            return Failed(job.id, job.attempt, Failure.BUG, message, again=True)
        try:
            data = encode_film([parcel.reels[cell] for cell in range(len(job.cells))]) if job.film else b""
            film = Film(data, WEBP) if data else None
        except Exception:  # a border, as above; pictures without their film are still pictures
            _log.exception("Job %s: a film could not be made.", job.id)
        pictures = tuple(parcel.files[cell] for cell in range(len(job.cells)))
        return Finished(job.id, job.attempt, pictures, parcel.gpu_ms or 0, film)

    def _sketch(self, job: Job, sketches: Mapping[int, np.ndarray]) -> None:
        try:
            first, cells = job.cells[0], [sketches.get(cell) for cell in range(len(job.cells))]
            data = encode_preview(cells, first.width, first.height)
            self._tell(Preview(job.id, job.attempt, data, JPEG))
        except Exception:  # a border, as above; a picture without its preview is still a picture
            _log.exception("Job %s: a preview could not be made.", job.id)
        finally:
            with self._lock:
                self._sketching.discard(job.id)
