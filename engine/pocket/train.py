"""`python -m engine.pocket.train FOLDER`: the one durable command. It trains the stages in order, each to its target,
and goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch

from engine.pocket.training.autoencoder import AutoencoderStage
from engine.pocket.training.loop import Pace, pick_device, run
from engine.pocket.training.painter import PainterStage

STAGES = ("autoencoder", "painter")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.pocket.train", description=__doc__)
    parser.add_argument("folder", type=Path, help="checkpoints, latents, log and sheets")
    parser.add_argument("--stage", choices=(*STAGES, "all"), default="all")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that render")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after this long; start again to go on")
    parser.add_argument("--samples", type=int, help="instead of the stage's own target")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    device = pick_device(options.device)
    pace = Pace(seconds=options.minutes * 60)
    gpu = device.type == "cuda"
    if options.stage in ("autoencoder", "all"):
        run(AutoencoderStage(device, 24, options.samples or 110_000), options.folder, pace)
    if options.stage in ("painter", "all"):
        run(PainterStage(device, options.folder, 256 if gpu else 64, options.workers), options.folder, pace)


if __name__ == "__main__":
    main()
