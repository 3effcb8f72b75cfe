"""What the command line does: one job through the same front door that the bot uses, and files on the way out. What the
job is, `commission.py` makes of the words.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.commission import Asked, make_job, pixels_of, read_file
from engine.engine import Engine
from engine.errors import EngineError, SourceError
from engine.events import Cancelled, Failed, Failure, Film, Finished, Hung, ModelLoading, Picture, Progress
from engine.job import Job
from engine.models.catalog import Catalog, Place
from engine.models.catalog_toml import load_catalog
from engine.paint.encode import encode_jpeg, encode_png, encode_webp, read_recipes
from engine.recipe import Recipe
from engine.recipe_json import to_json

if TYPE_CHECKING:
    import numpy as np

ENCODERS = {".png": encode_png, ".webp": encode_webp, ".jpg": encode_jpeg, ".jpeg": encode_jpeg}
_BAR = 30
_PNG = b"\x89PNG"
_CODES = {Failure.REFUSED: 2, Failure.MODEL: 3}


def run(asked: Asked) -> int:
    if asked.list_models:
        return list_models(load_catalog(*asked.catalog), asked)
    if asked.pull:  # in no event loop: there Ctrl-C waits for the next await, and here comes none
        return pull_model(load_catalog(*asked.catalog), asked.pull, asked)
    return asyncio.run(_carry_out(asked))


async def _carry_out(asked: Asked) -> int:
    if not asked.quote:
        _check_target(asked.target)
    # What is asked is read first: a typing error should not wait for a device to be looked for.
    job = make_job(asked)
    async with await Engine.open(asked.settings) as engine:
        print(engine.device.reason, file=sys.stderr)
        if asked.quote:
            return await _tell_quote(engine, job, asked)
        return await _paint(engine, job, asked)


def _check_target(target: Path) -> None:
    """Before a minute of painting, not after it."""
    folder = target.parent
    if target.suffix.lower() not in ENCODERS:
        raise SourceError(f"{target} cannot be written; end its name in {', '.join(ENCODERS)}.")
    if not folder.is_dir():
        raise SourceError(f"{target} cannot be written: there is no folder {folder}; make it, or name another file.")
    if target.is_dir() or not os.access(target if target.exists() else folder, os.W_OK):
        raise SourceError(f"{target} cannot be written here; name another file with -o.")


async def _paint(engine: Engine, job: Job, asked: Asked) -> int:
    # Before anything is written: the picture may go where the original is.
    original = read_file(asked.replay) if asked.replay is not None else None
    began = time.perf_counter()
    engine.submit(job)
    try:
        ended = await _end_of(engine)
    finally:
        engine.cancel(job.id)  # whoever stops it does not wait for the rest; nothing happens if it has ended
        _clear()
    if not isinstance(ended, Finished):
        message = ended.message if isinstance(ended, Failed) else "The engine ended before the picture was painted."
        print(message, file=sys.stderr)
        return _CODES.get(ended.failure, 1) if isinstance(ended, Failed) else 1
    seconds = time.perf_counter() - began
    found = await asyncio.to_thread(_write, ended.pictures, asked, original)
    if job.film:
        film = await asyncio.to_thread(_write_film, ended.film, asked.target)
        print(film, file=sys.stderr if asked.json else sys.stdout)
    _tell(ended, found, seconds, asked)
    return 0


async def _end_of(engine: Engine) -> Finished | Failed | Cancelled | None:
    async for event in engine.events():
        match event:
            case ModelLoading(message=message, fraction=fraction):
                _show(message, fraction)
            case Progress(done=done, steps=steps):
                _show("Painting", done / steps)
            case Hung(message=message):
                raise EngineError(message)
            case Finished() | Failed() | Cancelled():
                return event
            case _:
                pass
    return None


def _write(pictures: tuple[Picture, ...], asked: Asked, original: bytes | None) -> str:
    """The file; and in a replay, how near it came to the original."""
    from engine.paint.image import make_grid

    cells = [pixels_of(picture.data) for picture in pictures]
    pixels = cells[0] if len(cells) == 1 else make_grid(cells)
    encode = ENCODERS[asked.target.suffix.lower()]
    try:
        asked.target.write_bytes(encode(pixels, *(picture.recipe for picture in pictures)))
    except OSError as error:
        raise SourceError(f"{asked.target} cannot be written ({error.strerror}); name another file with -o.") from None
    return "" if original is None else _compared(pixels, pictures[0].recipe, original)


def _write_film(film: Film | None, beside: Path) -> str:
    if film is None:
        return "There is no film: nothing was to be seen on the way."
    target = beside.with_name(f"{beside.stem}-film.webp")
    try:
        target.write_bytes(film.data)
    except OSError as error:
        raise SourceError(f"{target} cannot be written ({error.strerror}); name another file with -o.") from None
    return f"{target}: the film."


def _compared(pixels: np.ndarray, recipe: Recipe, data: bytes) -> str:
    import numpy as np

    before, known = pixels_of(data), read_recipes(data)[0]
    if before.shape == pixels.shape and bool((before == pixels).all()):
        return "The same picture, bit for bit."
    lossy = not data.startswith(_PNG)  # by what is in it: it may be named otherwise
    why = "the file that it is compared with was compressed" if lossy else _why(known, recipe)
    if before.shape != pixels.shape:
        return f"A picture of another size: {why}."
    most = int(np.abs(before.astype(int) - pixels.astype(int)).max())
    return f"The same recipe, but values differ by up to {most} of 255: {why}."


def _why(before: Recipe, now: Recipe) -> str:
    if before.model.revision != now.model.revision:
        return f"the files of {now.model.name} are others than those that painted the original"
    if before.extras != now.extras:
        return "another net enlarged the original"
    if before.environment != now.environment:
        return "another machine or other versions painted the original"
    if before.kind == "diffusion" and not before.exact:
        return "the original was painted in one forward with others"
    return "the original was changed since, or the device does not repeat"


def _tell(ended: Finished, found: str, seconds: float, asked: Asked) -> None:
    if asked.json:
        said: dict[str, Any] = {"file": str(asked.target), "seconds": round(seconds, 3), "gpu_ms": ended.gpu_ms}
        said["recipes"] = [json.loads(to_json(picture.recipe)) for picture in ended.pictures]
        print(json.dumps(said | ({"replay": found} if found else {})))
        return
    print(f"{asked.target}: {seconds:.1f} s, of which the device worked {ended.gpu_ms / 1000:.1f} s.")
    if found:
        print(found)


async def _tell_quote(engine: Engine, job: Job, asked: Asked) -> int:
    quote = await engine.quote(job.cells, pictures=job.pictures)
    if asked.json:
        print(json.dumps({"gpu_ms": quote.gpu_ms, "finishes_in_ms": quote.finishes_in_ms}))
    else:
        print(
            f"At most {quote.gpu_ms / 1000:.1f} s of the device; done in about {quote.finishes_in_ms / 1000:.0f} s. "
            "Before a model has painted here, this is a guess."
        )
    return 0


def list_models(catalog: Catalog, asked: Asked) -> int:
    from engine.models.hashes import Hashes
    from engine.models.places import Places

    places = Places(catalog, asked.models, Hashes())
    if asked.json:
        entries = [
            {"name": e.name, "title": e.title, "licence": e.licence.name, "here": places.has(e)}
            for e in catalog.offered
        ]
        print(json.dumps(entries))
        return 0
    for entry in catalog.offered:
        fetched = f"fetch it with --pull {entry.name}" if entry.place is Place.REPOSITORY else "its files are not here"
        here = "here" if places.has(entry) else fetched
        use = {"yes": "commercial use allowed", "limited": entry.licence.terms, "no": "no commercial use"}
        print(f"{entry.name:16} {entry.title}, {entry.memory_gib:g} GiB; {here}")
        print(f"{'':16} {entry.licence.name}: {use[entry.licence.commercial]}")
    return 0


def pull_model(catalog: Catalog, name: str, asked: Asked) -> int:
    from huggingface_hub import constants

    from engine.models.download import make_plan, pull
    from engine.models.hub import Hub

    hub = Hub(asked.models or Path(constants.HF_HUB_CACHE))
    plan = make_plan(catalog.find(name), catalog, hub)
    print(plan)
    if not asked.yes and not _agrees():
        print("Nothing was fetched.")
        return 1
    try:
        pull(plan, hub, lambda fraction, message: _show(message, fraction))
    except KeyboardInterrupt:
        _clear()  # before the sentence, not over it
        print("Stopped; what has come is kept: pull again, and it goes on from there.", file=sys.stderr)
        return 130
    finally:
        _clear()
    print(f"{plan.entry.title} is here.")
    return 0


def _agrees() -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        print("Say --yes to fetch it without being asked.", file=sys.stderr)
        return False
    try:
        return input("Fetch it? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:  # Ctrl-D
        print()
        return False


def _show(message: str, fraction: float) -> None:
    """A bar on a terminal; nothing into a file."""
    if sys.stderr is not None and sys.stderr.isatty():
        full = round(fraction * _BAR)
        bar = "█" * full + "░" * (_BAR - full)
        print(f"\r\033[K{bar} {fraction:4.0%} {message[:60]}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr is not None and sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)
