"""The stages that learn to paint, text encoder and UNet together on cached latents. Sketches come first: the inner
levels alone, 128 pixels a side, ten kinds on plain grounds and at last the whole world. Then the painter grows a level
around them (`growing.py`) and learns 256. Things are a small part of a picture and the last to form: they weigh extra,
and an eye that knows them (`eye.py`) tells how unlike the truth a guess looks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn

from engine.pocket.parts import (
    PAINTER_NOISE,
    SKETCH_NOISE,
    UNKNOWN,
    make_pipeline,
    make_scheduler,
    make_sketch_unet,
    make_text_encoder,
    make_tokenizer,
    make_unet,
)
from engine.pocket.training.eye import make_eye, unlikeness
from engine.pocket.training.growing import grow
from engine.pocket.training.labels import weights
from engine.pocket.training.lessons import PHASES, SKETCHES, Lessons, Phase
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.training.means import Means
from engine.pocket.training.pictures import held_out_scenes, save_sheet, to_tensor
from engine.pocket.world import FULL, TRAINING, caption, vocabulary

SILENCE = 0.1  # of captions: what guidance is measured against
FORGETTING = 0.04  # of words: so that a word never seen is no shock
INTERRUPTING = 0.15  # of captions: one to three words that mean nothing, before or among the others
EYE_WEIGHT = 4.0  # its gradient is then about as large as that of the plain error


class SketchStage:
    name = "sketch"
    rate = 4e-4
    noise = SKETCH_NOISE

    def __init__(
        self, device: torch.device, folder: Path, batch: int, workers: int = 1, phases: Sequence[Phase] = SKETCHES
    ) -> None:
        self.device, self.batch = device, batch
        self.target = phases[-1].until
        torch.manual_seed(12)
        self.tokenizer = make_tokenizer(vocabulary())
        self.text = make_text_encoder(len(self.tokenizer)).to(device)
        self.unet = self.make().to(device, memory_format=torch.channels_last)
        if device.type == "cpu":
            self.unet.set_attn_processor(AttnProcessor())  # learns 1.3 times as fast there as the fused kernel
        self._lessons = Lessons(device, folder, phases, workers)
        self._alphas = make_scheduler(self.noise).alphas_cumprod.to(device)
        self._means = Means()

    def make(self) -> UNet2DConditionModel:
        return make_sketch_unet()

    def models(self) -> dict[str, nn.Module]:
        return {"unet": self.unet, "text_encoder": self.text}

    def groups(self) -> list[list[nn.Parameter]]:
        return [[*self.unet.parameters(), *self.text.parameters()]]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        rng = random.Random(number)
        latents, weight, captions = self.examples(samples, rng)
        tokens = self.tokens(captions, rng)
        noise = torch.randn(latents.shape).to(self.device)
        steps = noise_levels(len(latents)).to(self.device)
        alpha = self._alphas[steps].view(-1, 1, 1, 1)
        noisy = alpha.sqrt() * latents + (1 - alpha).sqrt() * noise
        target = alpha.sqrt() * noise - (1 - alpha).sqrt() * latents
        with half_precision(self.device):
            words = self.text(tokens).last_hidden_state
            guess = self.unet(noisy.contiguous(memory_format=torch.channels_last), steps, words).sample.float()
        error = (guess - target).square().mean(1)
        self.note(error, weight - 1)
        clean = alpha.sqrt() * noisy - (1 - alpha).sqrt() * guess
        wrong = (error * weight).sum((1, 2)) / weight.sum((1, 2))
        yield wrong.mean() + self.unlikeness(clean, latents, weight, alpha.flatten())

    def unlikeness(self, guess: Tensor, truth: Tensor, weight: Tensor, sureness: Tensor) -> Tensor:
        """What counts besides the error of each number; a sketch has nothing."""
        return torch.zeros((), device=self.device)

    def examples(self, samples: int, rng: random.Random) -> tuple[Tensor, Tensor, list[str]]:
        """Latents, how much each of their squares counts, and captions."""
        latents, cover, scenes = self._lessons.take(samples, self.batch, rng)
        return latents, weights(scenes, cover), [caption(scene, rng, TRAINING) for scene in scenes]

    def tokens(self, captions: list[str], rng: random.Random, silence: float = SILENCE) -> Tensor:
        heard = ["" if rng.random() < silence else interrupted(text, rng) for text in captions]
        ids = self.tokenizer(heard, padding="max_length", truncation=True, return_tensors="pt").input_ids
        forgotten = torch.rand(ids.shape) < FORGETTING
        ids[forgotten & (ids > 3)] = 3
        result: Tensor = ids.to(self.device)
        return result

    def note(self, error: Tensor, extra: Tensor) -> None:
        things = (error * extra).sum() / extra.sum().clamp(min=1e-6)
        self._means.add(loss=error.mean(), thing_loss=things)

    def figures(self) -> dict[str, float]:
        return self._means.drain()

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        """Two rows of pictures from captions that were never trained, over the world's own renderings of them."""
        phase = self._lessons.phase(samples)
        width, height, _ = phase.sizes[0]
        scenes = held_out_scenes(16, phase.syllabus)
        prompts = [caption(s, random.Random(s.seed), FULL) for s in scenes]
        pipe = self.pipeline()
        pipe.set_progress_bar_config(disable=True)
        painted = pipe(
            prompts, width=width, height=height, num_inference_steps=10, guidance_scale=3.0, output_type="np",
            generator=torch.Generator().manual_seed(5),
        ).images  # fmt: skip
        pictures = [torch.from_numpy(np.asarray(p)).permute(2, 0, 1) for p in painted]
        from engine.pocket.world import render

        truth = [to_tensor(render(s, width, height)) for s in scenes]
        rows = [r for i in (0, 8) for r in (pictures[i : i + 8], truth[i : i + 8])]
        save_sheet(rows, folder / "sheets" / f"painter-{samples:08d}.png")
        (folder / "sheets" / f"painter-{samples:08d}.txt").write_text("\n".join(prompts) + "\n")
        return {}

    def pipeline(self) -> Any:
        return make_pipeline(self.tokenizer, self.text, self.unet, self._lessons.autoencoder, self.noise)


class PainterStage(SketchStage):
    name = "painter"
    rate = 3e-4
    noise = PAINTER_NOISE

    def __init__(
        self, device: torch.device, folder: Path, batch: int, workers: int = 1, phases: Sequence[Phase] = PHASES
    ) -> None:
        super().__init__(device, folder, batch, workers, phases)
        if not (folder / "painter.pt").exists():
            sketch = make_sketch_unet()
            load_average(folder, "sketch", "unet", sketch)
            load_average(folder, "sketch", "text_encoder", self.text)
            grow(sketch, self.unet)
        self._eye = make_eye().to(device).eval().requires_grad_(False)
        load_average(folder, "eye", "eye", self._eye)

    def make(self) -> UNet2DConditionModel:
        return make_unet()

    def unlikeness(self, guess: Tensor, truth: Tensor, weight: Tensor, sureness: Tensor) -> Tensor:
        with half_precision(self.device):
            seen = unlikeness(self._eye, guess, truth, weight)
        unlike = (seen * sureness).mean()
        self._means.add(unlike=unlike)
        return EYE_WEIGHT * unlike


def interrupted(text: str, rng: random.Random) -> str:
    """Now and then with words that nobody knows: people wrap what they want in sentences that were never trained."""
    if not text or rng.random() >= INTERRUPTING:
        return text
    words = text.split()
    at = 0 if rng.random() < 0.5 else rng.randrange(len(words) + 1)
    return " ".join([*words[:at], *[UNKNOWN] * rng.randint(1, 3), *words[at:]])


def noise_levels(count: int) -> Tensor:
    """Half of them anywhere, half about the middle, where shapes are decided; each half spread evenly."""
    half = count // 2
    anywhere, middle = ((torch.arange(n) + torch.rand(n)) / n for n in (half, count - half))
    middle = torch.sigmoid(torch.special.ndtri(middle.clamp(1e-4, 1 - 1e-4)) * 0.9 + 0.3)
    return (torch.cat([anywhere, middle]) * 1000).long().clamp(0, 999)
