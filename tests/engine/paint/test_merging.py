"""Calls into one: what may be joined comes back as it went in, and what is not understood is never joined."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.paint.merging import Arguments, divide, has_row_lists, join, read_arguments

NONE: frozenset[str] = frozenset()


def forward(
    sample: Any, timestep: Any = None, encoder_hidden_states: Any = None, img_ids: Any = None, extra: Any = None,
    x: Any = None, cap_feats: Any = None, conditioning_scale: Any = 1.0, guess_mode: bool = False,
) -> None:  # fmt: skip
    """A signature with everything that real ones have."""


def read(*args: Any, **kwargs: Any) -> Arguments:
    return read_arguments(inspect.signature(forward), args, kwargs, NONE)


def rows(count: int, *shape: int) -> torch.Tensor:
    return torch.randn(count, *(shape or (3, 2)))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_what_is_joined_is_divided_again(counts: list[int]) -> None:
    calls = [read(rows(n), torch.tensor(n), rows(n, 5), extra={"pair": (rows(n), None, "word")}) for n in counts]
    assert len({call.key for call in calls}) == 1
    joined = join(calls)
    assert joined["timestep"].tolist() == [float(n) for n in counts for _ in range(n)]
    for name in ("sample", "encoder_hidden_states"):
        parts = divide(joined[name], counts)
        assert all(torch.equal(part, call.named[name]) for part, call in zip(parts, calls, strict=True))
    nested = divide((joined["sample"], [joined["sample"]], None, {"sample": joined["sample"]}), counts)
    for part, call in zip(nested, calls, strict=True):
        assert torch.equal(part[0], call.named["sample"])
        assert torch.equal(part[1][0], call.named["sample"])
        assert part[2] is None
        assert torch.equal(part[3]["sample"], call.named["sample"])


@pytest.mark.parametrize("time", [3, 3.0, torch.tensor(3), torch.tensor(3.0), torch.tensor([3]), torch.tensor([3, 3])])
def test_times_of_every_form_share_and_become_one_number_a_row(time: Any) -> None:
    one, other = read(rows(2), time), read(rows(1), torch.tensor(7.0))
    assert one.key == other.key
    assert join([one, other])["timestep"].tolist() == [3.0, 3.0, 7.0]


def test_positions_are_compared_by_value_even_where_their_length_is_the_rows() -> None:
    ids = torch.arange(8.0).reshape(4, 2)
    same, other = read(rows(4), img_ids=ids.clone()), read(rows(4), img_ids=ids + 1)
    base = read(rows(4), img_ids=ids)
    assert base.key == same.key != other.key
    assert torch.equal(join([base, same])["img_ids"], ids), "not twice as long"


def test_positions_that_change_in_place_are_read_anew() -> None:
    ids = torch.zeros(4, 2)
    before = read(rows(1), img_ids=ids).key
    ids += 1
    assert read(rows(1), img_ids=ids).key != before


def test_lists_of_rows_are_joined_and_results_divided_as_such() -> None:
    one = read(None, x=[torch.zeros(2, 1, 4, 4)] * 2, cap_feats=[torch.zeros(7, 3), torch.zeros(5, 3)])
    other = read(None, x=[torch.ones(2, 1, 4, 4)], cap_feats=[torch.zeros(9, 3)])
    assert one.key is not None
    assert one.key == other.key, "texts of other lengths are padded by the model"
    assert (one.rows, other.rows) == (2, 1)
    joined = join([one, other])
    assert len(joined["x"]) == len(joined["cap_feats"]) == 3
    assert has_row_lists(one)
    first, second = divide(list(joined["x"]), [2, 1], row_lists=True)
    assert (len(first), len(second)) == (2, 1)
    assert not has_row_lists(read(rows(1)))


def test_a_list_of_parts_as_long_as_the_rows_is_no_list_of_rows() -> None:
    """A ControlNet gives one tensor a level: four levels and four rows are only alike in number."""
    levels = [rows(4, size) for size in (8, 4, 2, 1)]
    parts = divide(levels, [2, 2])
    assert [[level.shape for level in part] for part in parts] == [[(2, 8), (2, 4), (2, 2), (2, 1)]] * 2


def test_scales_of_a_control_net_become_a_number_a_row() -> None:
    calls = [read(rows(n, 4, 8, 8), conditioning_scale=scale) for n, scale in ((1, 0.5), (2, 1.0))]
    assert calls[0].key == calls[1].key
    assert join(calls)["conditioning_scale"].flatten().tolist() == [0.5, 1.0, 1.0]
    guessing = [read(rows(1, 4, 8, 8), conditioning_scale=scale, guess_mode=True) for scale in (0.5, 1.0)]
    assert guessing[0].key != guessing[1].key


@pytest.mark.parametrize(
    "changes",
    [
        {"encoder_hidden_states": rows(2, 6)},
        {"encoder_hidden_states": rows(2, 5).half()},
        {"encoder_hidden_states": None},
        {"extra": "word"},
        {"extra": {"scale": 2.0}},
        {"extra": (rows(2),)},
        {"extra": torch.ones(3)},
    ],
)
def test_calls_that_differ_in_anything_but_rows_do_not_share(changes: dict[str, Any]) -> None:
    plain: dict[str, Any] = {"encoder_hidden_states": rows(2, 5), "extra": {"scale": 1.0}}
    assert read(rows(2), **plain).key != read(rows(2), **{**plain, **changes}).key


@pytest.mark.parametrize("strange", [object(), {1, 2}, torch.Generator(), [torch.zeros(3), object()], lambda: 1])
def test_what_is_not_understood_is_not_joined(strange: Any) -> None:
    assert read(rows(2), extra=strange).key is None


def test_a_call_that_does_not_fit_the_signature_or_has_no_rows_is_not_joined() -> None:
    assert read(rows(2), unknown=1).key is None
    assert read(3, extra="word").key is None
    varied = read_arguments(inspect.signature(lambda sample, **more: None), (rows(2),), {"other": 1}, NONE)
    assert varied.key is None


def test_a_result_that_cannot_be_divided_is_told() -> None:
    with pytest.raises(TypeError, match="cannot be divided"):
        divide(object(), [1, 1])
