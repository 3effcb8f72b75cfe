"""What the eye makes of a guess: nothing where it is the truth, more where shapes are gone than where grain is."""

import torch
from torch.nn import functional

from engine.pocket.training.eye import disturbed, make_eye, unlikeness


def test_a_guess_is_unlike_the_truth_as_far_as_it_looks_so() -> None:
    torch.manual_seed(5)
    eye = make_eye().eval().requires_grad_(False)
    truth, weight = torch.randn(3, 4, 16, 24), torch.ones(3, 16, 24)
    blurred = functional.interpolate(functional.avg_pool2d(truth, 4), scale_factor=4.0)
    assert unlikeness(eye, truth, truth, weight).max() == 0
    slightly, wholly = (unlikeness(eye, guess, truth, weight) for guess in (truth.lerp(blurred, 0.1), blurred))
    assert (slightly > 0).all()
    assert (slightly < wholly).all()


def test_what_weighs_more_counts_more() -> None:
    torch.manual_seed(6)
    eye = make_eye().eval().requires_grad_(False)
    truth = torch.randn(1, 4, 32, 32)
    guess = truth.clone()
    guess[..., :16] = 0
    wrong, right = (torch.ones(1, 32, 32) for _ in range(2))
    wrong[..., :16], right[..., 16:] = 4, 4
    assert unlikeness(eye, guess, truth, wrong) > unlikeness(eye, guess, truth, right)


def test_a_painter_learns_from_it_and_the_eye_does_not() -> None:
    eye = make_eye().eval().requires_grad_(False)
    guess = torch.randn(2, 4, 16, 16, requires_grad=True)
    unlikeness(eye, guess, torch.randn(2, 4, 16, 16), torch.ones(2, 16, 16)).sum().backward()  # type: ignore[no-untyped-call]
    assert guess.grad is not None
    assert guess.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in eye.parameters())


def test_lessons_are_partly_clean() -> None:
    torch.manual_seed(7)
    latents = torch.randn(64, 4, 8, 8)
    same = (disturbed(latents) == latents).flatten(1).all(1)
    assert 16 < same.sum() < 48
