"""From checkpoints to the folder that ships, and back: averaged weights in half precision, in shards, each part under
its stock name. What is not trained yet is left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from engine.pocket.encoders import make_encoders
from engine.pocket.evaluation.checker import Checker
from engine.pocket.parts import (
    PIXELS_PER_LATENT,
    make_autoencoder,
    make_pipeline,
    make_text_encoder,
    make_tokenizer,
    make_unet,
)
from engine.pocket.training.card import last_figures, write_card
from engine.pocket.training.loop import load_average, newest
from engine.pocket.training.pictures import held_out_scenes, to_tensor
from engine.pocket.upscaler import make_upscaler
from engine.pocket.world import WHOLE, render, vocabulary

SHARD = "14MB"
HISTORY = "training.json"  # what the card says, for programs
STAGES = (  # in this order
    "autoencoder", "sketch", "eye", "painter", "practice", "guided", "decoder", "encoders", "upscaler", "checker",
)  # fmt: skip
_PAINTER = {"unet": "unet", "text_encoder": "text_encoder"}
SHIPPED: dict[str, dict[str, str]] = {  # by stage: each of its models, and where in the packed folder it lies
    "autoencoder": {"autoencoder": "vae"},
    "painter": _PAINTER,
    "practice": _PAINTER,
    "guided": {"unet": "unet"},
    "decoder": {"autoencoder": "vae"},
    "encoders": {"encoders": "encoders"},
    "upscaler": {"upscaler": "upscaler"},
    "checker": {"checker": "../checker.safetensors"},
}


def pack(folder: Path, out: Path) -> dict[str, int]:
    """Write the model folder; returns the samples that each stage has seen."""
    tokenizer = make_tokenizer(vocabulary())
    unet, text, autoencoder = make_unet(), make_text_encoder(len(tokenizer)), make_autoencoder()
    load_average(folder, newest(folder, "autoencoder", "decoder"), "autoencoder", autoencoder)
    load_average(folder, newest(folder, "painter", "practice", "guided"), "unet", unet)
    load_average(folder, newest(folder, "painter", "practice"), "text_encoder", text)
    pipeline: Any = make_pipeline(tokenizer, text, unet, autoencoder)
    pipeline.to(torch.float16).save_pretrained(out, max_shard_size=SHARD)
    (out / "preview.json").write_text(json.dumps(preview_factors(autoencoder.float())))
    if (folder / "encoders.pt").exists():
        encoders = make_encoders(len(tokenizer))
        load_average(folder, "encoders", "encoders", encoders)
        encoders.half().save_pretrained(out / "encoders")
        tokenizer.save_pretrained(out / "encoders")
    if (folder / "upscaler.pt").exists():
        pack_net(folder, "upscaler", make_upscaler(), out / "upscaler" / "model.safetensors")
    if (folder / "checker.pt").exists():
        pack_net(folder, "checker", Checker(), out.parent / "checker.safetensors")
    seen, last = samples_seen(folder), last_figures(folder)
    (out / HISTORY).write_text(json.dumps({"samples": seen, "last": last}))
    write_card(out, seen, last)
    return seen


def unpack(packed: Path, folder: Path) -> None:
    """Checkpoints from a folder that shipped, to go on from: with the samples seen, but with optimizers that remember
    nothing and critics that know nothing. What never ships (sketch, eye) is not among them.
    """
    history = json.loads((packed / HISTORY).read_text())
    folder.mkdir(parents=True)
    seen = history["samples"]
    for stage, parts in SHIPPED.items():
        if stage in seen:
            models = {name: parameters(packed / place) for name, place in parts.items()}
            content = {"number": 0, "samples": seen[stage], "average": models, "models": models, "optimizers": []}
            torch.save(content, folder / f"{stage}.pt")
    (folder / HISTORY).write_text(json.dumps(history))
    (folder / "log.jsonl").write_text("".join(json.dumps(line) + "\n" for line in history["last"].values()))


def parameters(place: Path) -> dict[str, Tensor]:
    """Of a file, or of all the shards in a folder."""
    files = [place] if place.is_file() else sorted(place.glob("*.safetensors"))
    parts = [load_file(file) for file in files]
    return {k: v.float() if v.is_floating_point() else v for part in parts for k, v in part.items()}


def preview_factors(autoencoder: Any) -> dict[str, list[list[float]] | list[float]]:
    """The plane that best turns one latent into the mean colour (0 to 1) of the square it stands for."""
    pictures = torch.stack([to_tensor(render(scene, 128, 128)) for scene in held_out_scenes(96, WHOLE)])
    with torch.no_grad():
        latents = autoencoder.encode(pictures * 2 - 1).latents
    rows = latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1])
    colors = functional.avg_pool2d(pictures, PIXELS_PER_LATENT).permute(0, 2, 3, 1).reshape(-1, 3)
    known = torch.cat([rows, torch.ones(len(rows), 1)], 1)
    plane = torch.linalg.lstsq(known, colors).solution
    return {"factors": plane[:-1].tolist(), "bias": plane[-1].tolist()}


def samples_seen(folder: Path) -> dict[str, int]:
    """By the stages that there are, or were before the folder was unpacked."""
    before = folder / HISTORY
    known: dict[str, int] = json.loads(before.read_text())["samples"] if before.exists() else {}
    for stage in STAGES:
        path = folder / f"{stage}.pt"
        if path.exists():
            known[stage] = int(torch.load(path, map_location="cpu", weights_only=True, mmap=True)["samples"])
    return {stage: known[stage] for stage in STAGES if stage in known}


def pack_net(folder: Path, name: str, net: nn.Module, path: Path) -> None:
    load_average(folder, name, name, net)
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
    save_file({k: v.contiguous() for k, v in halves.items()}, path)
