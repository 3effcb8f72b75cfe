"""A model of the shipped one's shape with random weights: speed does not depend on what they are."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engine import EngineSettings

NAME = "bench"
WORDS = ("a", "red", "house", "on", "green", "hills", "blue", "fox", "in", "the", "snow")


def make_parser(program: str, about: str | None) -> argparse.ArgumentParser:
    """With the flags that say what is painted with."""
    made = argparse.ArgumentParser(prog=f"python -m benchmarks {program}", description=about)
    made.add_argument("--channels", type=int, nargs="+", default=[64, 128, 256], help="of the model's levels")
    made.add_argument("--size", default="128x128", help="of a picture (default: %(default)s)")
    made.add_argument("--device", default="cpu", help="what paints (default: %(default)s)")
    made.add_argument("--warm", type=int, default=8, help="members who warm the engine up (default: %(default)s)")
    return made


@contextmanager
def made_model(options: argparse.Namespace) -> Iterator[Path]:
    """A folder with the model in it, for as long as it is measured. A process that knows no torch yet will not from it:
    what importing costs can be measured."""
    with tempfile.TemporaryDirectory() as name:
        if "torch" not in sys.modules:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
                process.submit(make_model, Path(name), options.channels, options.size).result()
        else:
            make_model(Path(name), options.channels, options.size)
        yield Path(name)


def make_model(folder: Path, channels: Sequence[int], size: str) -> None:
    """A folder as the shipped model's, and beside it a catalogue file that names it."""
    import torch

    from engine.pocket import parts

    torch.manual_seed(0)
    tokenizer = parts.make_tokenizer(list(WORDS))
    text_encoder = parts.make_text_encoder(len(tokenizer))
    unet, autoencoder = parts.make_unet(tuple(channels)), parts.make_autoencoder()
    pipeline: Any = parts.make_pipeline(tokenizer, text_encoder, unet, autoencoder)
    pipeline.to(torch.bfloat16).save_pretrained(folder / "model")
    fields = f'like = "pocket"\nfolder = "{folder / "model"}"\naliases = []\nsizes = ["{size}"]\nmultiple = 16\n'
    (folder / "bench.toml").write_text(f'[models.{NAME}]\ntitle = "Bench"\n{fields}')


def settings_for(folder: Path, options: argparse.Namespace, **more: Any) -> EngineSettings:
    return EngineSettings(catalogs=(folder / "bench.toml",), device=options.device, close_seconds=60, **more)
