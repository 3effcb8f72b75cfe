"""Practice: the painter paints captions from nothing but noise, as it will be asked to, and the eye tells which of the
things it does not find. In lessons the noise always holds a trace of the true shapes; here a blob that went wrong must
be put right from the words alone. Every other batch is a lesson as before, so that nothing else is unlearned.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from engine.pocket.evaluation.checker import COLOR_NAMES, KIND_NAMES, Reading
from engine.pocket.parts import LATENT_CHANNELS, make_scheduler
from engine.pocket.training.labels import told
from engine.pocket.training.lessons import PHASES, Phase
from engine.pocket.training.loop import half_precision, load_average
from engine.pocket.training.painter import PainterStage
from engine.pocket.training.pictures import training_seed
from engine.pocket.world import Candour, Scene, Syllabus, caption, cast

STEPS = 8  # as many as the model paints in
GUIDANCE = 3.0
CELLS = 32  # of a latent's side
TASKS = Syllabus(plain=0.2, several=0.0, pair=0.6, empty=0.0, big=0.3, material=0.03)
EXACT = Candour(color=1, place=1, hour=0.8, weather=0.8, style=1, praise=0.05)
PRACTICE_WEIGHT = 0.1
STRAY_WEIGHT = 0.03  # of what the eye takes for a thing and nobody asked for
WHOLE_WEIGHT = 0.5  # of place and style


class PracticeStage(PainterStage):
    name = "practice"
    rate = 1e-4

    def __init__(
        self,
        device: torch.device,
        folder: Path,
        batch: int,
        target: int,
        workers: int = 1,
        phases: Sequence[Phase] = PHASES,
    ) -> None:
        super().__init__(device, folder, batch, workers, phases)
        self.target = target
        self._learned = load_average(folder, "painter", "unet", self.unet)
        load_average(folder, "painter", "text_encoder", self.text)
        self._scheduler: Any = make_scheduler(self.noise)
        self._scheduler.set_timesteps(STEPS)

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        if number % 2:
            yield from super().losses(number, self._learned + samples)
            return
        rng = random.Random(number)
        scenes = [cast(training_seed((1 << 34) + number * self.batch + i), TASKS) for i in range(self.batch)]
        words, silence = self.heard([caption(s, rng, EXACT) for s in scenes], rng)
        latents = torch.randn(self.batch, LATENT_CHANNELS, CELLS, CELLS).to(self.device)
        reached = rng.randrange(1, STEPS)
        guided = rng.random() < 0.5
        levels = self._scheduler.timesteps
        for level in levels[:reached]:
            with torch.no_grad():
                latents = self.step(latents, level, words, silence if guided else None).prev_sample
        guess = self.step(latents, levels[reached], words, None).pred_original_sample
        with half_precision(self.device):
            reading = self._eye(guess)
        lacking = missing(reading, scenes)
        self._means.add(missing=lacking.mean())
        yield PRACTICE_WEIGHT * lacking.mean() * self._alphas[levels[reached]].sqrt()

    def heard(self, captions: list[str], rng: random.Random) -> tuple[Tensor, Tensor]:
        tokens = self.tokens(captions, rng, silence=0.0)
        nothing = self.tokens([""] * len(captions), rng)
        with half_precision(self.device):
            words = self.text(tokens).last_hidden_state
            with torch.no_grad():
                return words, self.text(nothing).last_hidden_state

    def step(self, latents: Tensor, level: Tensor, words: Tensor, silence: Tensor | None) -> Any:
        """The latents one step on, and the guess of the clean ones."""
        steps = level.repeat(len(latents)).to(self.device)
        inputs = latents.contiguous(memory_format=torch.channels_last)
        with half_precision(self.device):
            speed = self.unet(inputs, steps, words).sample.float()
            if silence is not None:
                untold = self.unet(inputs, steps, silence).sample.float()
                speed = untold + GUIDANCE * (speed - untold)
        return self._scheduler.step(speed, level, latents)


def missing(reading: Reading, scenes: Sequence[Scene]) -> Tensor:
    """For each picture, how far the eye is from finding each thing in its colour, wherever it stands, how much it finds
    besides, and how far it is from the place and the style.
    """
    heat = functional.logsigmoid(reading.heat.float())
    kind, color = reading.kind.float().log_softmax(1), reading.color.float().log_softmax(1)
    place, style = told(scenes, reading.place.device)
    whole = functional.cross_entropy(reading.place.float(), place, reduction="none")
    whole = whole + functional.cross_entropy(reading.style.float(), style, reduction="none")
    total = []
    for i, scene in enumerate(scenes):
        wanted = dict.fromkeys((KIND_NAMES.index(t.kind), COLOR_NAMES.index(t.color)) for t in scene.things)
        named = torch.stack([kind[i, k] + color[i, c] for k, c in wanted])
        found = ((heat[i] + named) * 3).flatten(1).logsumexp(1) / 3
        stray = (heat[i].exp() * (1 - named.exp().sum(0).clamp(max=1))).sum()
        total.append(functional.relu(-found).mean() + STRAY_WEIGHT * stray)
    return torch.stack(total) + WHOLE_WEIGHT * whole
