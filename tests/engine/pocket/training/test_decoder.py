"""What the decoder is given: squares of pictures, and the latents that stand for the very same squares."""

from pathlib import Path

import pytest
import torch

from engine.pocket.training import decoder
from engine.pocket.training.decoder import DecoderStage, draw
from engine.pocket.training.pictures import to_batch

SIDE, CELLS = 32, 4


def test_what_the_painter_guessed_belongs_to_the_square_it_is_given_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "load_average", lambda *_: 0)
    stage = DecoderStage(torch.device("cpu"), Path(), 16, 16, side=SIDE)
    monkeypatch.setattr(stage, "_alphas", torch.ones(1000))  # no noise: what is guessed is what was encoded
    with torch.no_grad():
        squares, guesses = stage.guessed(3)
        pictures = to_batch(draw(3, 4, 2 * SIDE))
        encoded = stage.model.encode(pictures * 2 - 1).latents
    assert len(squares) == len(guesses) == 8
    cut = {
        (i, y, x): (part(pictures[i], y, x, SIDE), part(encoded[i], y, x, CELLS))
        for i in range(4)
        for y in (0, 1)
        for x in (0, 1)
    }
    seen = [
        corner
        for square, guess in zip(squares, guesses, strict=True)
        for corner, (pixels, latents) in cut.items()
        if torch.equal(square, pixels) and torch.allclose(guess, latents, atol=1e-5)
    ]
    assert len(set(seen)) == len(seen) == 8
    assert [i for i, _, _ in seen] == [0, 0, 1, 1, 2, 2, 3, 3]


def part(whole: torch.Tensor, row: int, column: int, side: int) -> torch.Tensor:
    return whole[:, row * side : (row + 1) * side, column * side : (column + 1) * side]
