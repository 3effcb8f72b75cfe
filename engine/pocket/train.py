"""`python -m engine.pocket.train FOLDER`: the one durable command. It trains the stages in order, each to its target,
and goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from engine.pocket.training.autoencoder import AutoencoderStage
from engine.pocket.training.checker import CheckerStage
from engine.pocket.training.decoder import DecoderStage
from engine.pocket.training.encoders import EncodersStage
from engine.pocket.training.eye import EyeStage
from engine.pocket.training.guided import GuidedStage
from engine.pocket.training.loop import Pace, Stage, pick_device, run, set_threads
from engine.pocket.training.packing import STAGES, pack, unpack
from engine.pocket.training.painter import PainterStage, SketchStage
from engine.pocket.training.practice import PracticeStage
from engine.pocket.training.upscaler import UpscalerStage

if TYPE_CHECKING:
    import torch

BATCHES: dict[str, tuple[int, int]] = {  # by stage: on a CPU, on a GPU
    "autoencoder": (24, 96),
    "sketch": (64, 64),
    "eye": (32, 64),
    "painter": (16, 64),
    "practice": (16, 32),
    "guided": (32, 64),
    "decoder": (16, 64),
    "encoders": (128, 256),
    "upscaler": (8, 32),
    "checker": (32, 64),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.pocket.train", description=__doc__)
    parser.add_argument("folder", type=Path, help="checkpoints, latents, log and sheets")
    parser.add_argument("--stage", choices=(*STAGES, "all"), default="all")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that render")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after this long; start again to go on")
    parser.add_argument("--samples", type=int, help="instead of the stage's own target")
    parser.add_argument("--batch", type=int, help="instead of the stage's own: samples in a step of learning")
    parser.add_argument(
        "--pack", type=Path, help="write the folder that ships, from the checkpoints, and train nothing"
    )
    parser.add_argument(
        "--unpack", type=Path, help="make the new FOLDER from one that ships, to train on from there, and train nothing"
    )
    options = parser.parse_args()
    if options.unpack:
        try:
            unpack(options.unpack, options.folder)
        except FileExistsError:
            parser.error(f"{options.folder} exists; name a new folder to unpack into")
        except FileNotFoundError as missing:
            parser.error(f"{missing.filename} does not exist; unpack a folder that --pack wrote")
        return
    if options.pack:
        pack(options.folder, options.pack)
        return
    set_threads(options.threads)
    device = pick_device(options.device)
    pace = Pace(seconds=options.minutes * 60)
    grown = (options.folder / "painter.pt").exists()  # it needs no sketch any more
    every = [name for name in STAGES if not (grown and name == "sketch")]
    for name in every if options.stage == "all" else (options.stage,):
        stage = make_stage(name, device, options)
        if options.samples:
            stage.target = options.samples
        run(stage, options.folder, pace)


def make_stage(name: str, device: torch.device, options: argparse.Namespace) -> Stage:
    """Targets are in samples. A batch is as large as the target still gives enough steps for; larger ones would fill a
    GPU better and teach it less.
    """
    gpu = device.type == "cuda"
    folder: Path = options.folder
    on_cpu, on_gpu = BATCHES[name]
    batch = options.batch or (on_gpu if gpu else on_cpu)
    match name:
        case "autoencoder":
            return AutoencoderStage(device, batch, 2_000_000 if gpu else 110_000, workers=options.workers)
        case "sketch":
            return SketchStage(device, folder, batch, options.workers)
        case "painter":
            return PainterStage(device, folder, batch, options.workers)
        case "eye":
            return EyeStage(device, folder, batch, 90_000, options.workers)
        case "practice":
            return PracticeStage(device, folder, batch, 40_000, options.workers)
        case "guided":
            return GuidedStage(device, folder, batch, 200_000, options.workers)
        case "decoder":
            return DecoderStage(device, folder, batch, 1_000_000 if gpu else 60_000, workers=options.workers)
        case "encoders":
            return EncodersStage(device, folder, batch, 600_000, workers=options.workers)
        case "upscaler":
            return UpscalerStage(device, folder, batch, 400_000, workers=options.workers)
        case "checker":
            return CheckerStage(device, batch, 400_000, workers=options.workers)
        case _:
            raise ValueError(f"{name!r} is not a stage; use one of {', '.join(STAGES)}")


if __name__ == "__main__":
    main()
