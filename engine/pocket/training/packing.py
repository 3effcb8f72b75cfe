"""From checkpoints to the folder that ships: averaged weights in half precision, in shards, each part under its stock
name. What is not trained yet is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from engine.pocket.encoders import make_encoders
from engine.pocket.evaluation.checker import Checker
from engine.pocket.parts import make_autoencoder, make_pipeline, make_text_encoder, make_tokenizer, make_unet
from engine.pocket.training.loop import load_average
from engine.pocket.upscaler import make_upscaler
from engine.pocket.world import vocabulary

SHARD = "14MB"


def pack(folder: Path, out: Path) -> dict[str, int]:
    """Write the model folder; returns the samples that each part has seen."""
    tokenizer = make_tokenizer(vocabulary())
    unet, text, autoencoder = make_unet(), make_text_encoder(len(tokenizer)), make_autoencoder()
    seen = {
        "autoencoder": load_average(folder, newest_autoencoder(folder), "autoencoder", autoencoder),
        "painter": load_average(folder, "painter", "unet", unet),
    }
    load_average(folder, "painter", "text_encoder", text)
    pipeline: Any = make_pipeline(tokenizer, text, unet, autoencoder)
    pipeline.to(torch.float16).save_pretrained(out, max_shard_size=SHARD)
    if (folder / "encoders.pt").exists():
        encoders = make_encoders(len(tokenizer))
        seen["encoders"] = load_average(folder, "encoders", "encoders", encoders)
        encoders.half().save_pretrained(out / "encoders")
        tokenizer.save_pretrained(out / "encoders")
    if (folder / "upscaler.pt").exists():
        seen["upscaler"] = pack_net(folder, "upscaler", make_upscaler(), out / "upscaler" / "model.safetensors")
    if (folder / "checker.pt").exists():
        seen["checker"] = pack_net(folder, "checker", Checker(), out.parent / "checker.safetensors")
    return seen


def newest_autoencoder(folder: Path) -> str:
    """The stage that has it: the critic's schooling changes the decoder alone."""
    return "decoder" if (folder / "decoder.pt").exists() else "autoencoder"


def pack_net(folder: Path, name: str, net: nn.Module, path: Path) -> int:
    samples = load_average(folder, name, name, net)
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    save_file({k: v.contiguous() for k, v in halves.items()}, path)
    return samples
