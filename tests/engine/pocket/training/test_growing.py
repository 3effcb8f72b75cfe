"""What the painter knows at its first step: all that the sketches taught."""

import torch

from engine.pocket.parts import TEXT_WIDTH, make_sketch_unet, make_unet
from engine.pocket.training.growing import grow


@torch.no_grad()
def test_a_grown_painter_begins_with_the_sketch_enlarged() -> None:
    torch.manual_seed(3)
    inner, outer = make_sketch_unet().eval(), make_unet().eval()
    for place in range(9):  # the last layer would blur over what was doubled: here it looks at its own square alone
        if place != 4:
            inner.conv_out.weight[:, :, place // 3, place % 3] = 0
    grow(inner, outer)
    small, words = torch.randn(2, 4, 16, 16), torch.randn(2, 7, TEXT_WIDTH)
    large = small.repeat_interleave(2, 2).repeat_interleave(2, 3)
    expected = inner(small, 300, words).sample.repeat_interleave(2, 2).repeat_interleave(2, 3)
    torch.testing.assert_close(outer(large, 300, words).sample, expected, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_a_grown_painter_can_tell_squares_apart_that_a_sketch_cannot() -> None:
    outer = make_unet().eval()
    grow(make_sketch_unet(), outer)
    seen = outer.conv_in(torch.eye(16).view(1, 1, 16, 16).repeat(1, 4, 1, 1))
    assert torch.equal(seen[0, 4], torch.eye(16))
    assert torch.equal(seen[0, 5, :, :-1], torch.eye(16)[:, 1:])
