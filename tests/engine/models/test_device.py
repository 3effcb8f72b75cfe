"""The device is chosen by rules, and says why."""

from __future__ import annotations

import pytest

from engine.errors import DeviceError
from engine.models.device import Gpu, Machine, choose, look_around, pick_device, without_torch

GIB = 2**30
PLAIN = Machine(cpu_bf16="", cpu_bytes=16 * GIB)
NEW = Gpu(0, "NVIDIA H200", 100 * GIB, bf16=True)
FREE = Gpu(1, "NVIDIA H200", 130 * GIB, bf16=True)
OLD = Gpu(0, "Tesla T4", 15 * GIB, bf16=False)


def test_a_processor_paints_in_bfloat16_only_where_it_has_the_instructions() -> None:
    assert choose(PLAIN, None).dtype == "float32"
    device = choose(Machine("avx512_bf16", 16 * GIB), None)
    assert (device.name, device.dtype) == ("cpu", "bfloat16")
    assert device.reason == "No GPU was found. Its avx512_bf16 makes bfloat16 the fastest."


def test_of_several_gpus_the_one_with_most_free_memory_is_taken() -> None:
    device = choose(Machine("", 16 * GIB, (NEW, FREE)), None)
    assert (device.name, device.memory_bytes) == ("cuda:1", 130 * GIB)
    assert device.reason == "NVIDIA H200 has 130.0 GiB free, the most of 2, which computes in bfloat16."
    assert choose(Machine("", 16 * GIB, (NEW, FREE)), "cuda").name == "cuda:1"
    assert choose(Machine("", 16 * GIB, (NEW, FREE)), "cuda:0").name == "cuda:0"


def test_only_an_old_gpu_paints_in_float16() -> None:
    device = choose(Machine("", 16 * GIB, (OLD,)), None)
    assert device.dtype == "float16"
    assert "too old for bfloat16" in device.reason


def test_apples_gpu_comes_before_the_processor() -> None:
    assert choose(Machine("", 16 * GIB, mps=True, mps_bf16=True), None).dtype == "bfloat16"
    device = choose(Machine("", 16 * GIB, mps=True), "mps")
    assert (device.name, device.dtype) == ("mps", "float32")


def test_what_the_operator_wants_is_done_and_told() -> None:
    device = choose(Machine("avx512_bf16", 16 * GIB, (NEW,)), "cpu", "float32", 4 * GIB)
    assert (device.name, device.dtype, device.memory_bytes) == ("cpu", "float32", 4 * GIB)
    assert device.reason.endswith("float32 was asked for. At most 4.0 GiB may be used.")


@pytest.mark.parametrize("wanted", ["cuda", "cuda:5", "mps", "tpu"])
def test_a_device_that_is_not_there_is_refused_with_those_that_are(wanted: str) -> None:
    machine = PLAIN if wanted != "cuda:5" else Machine("", 16 * GIB, (NEW,))
    with pytest.raises(DeviceError, match=f"There is no device {wanted} here. Use one of: cpu"):
        choose(machine, wanted)


def test_numbers_that_nobody_paints_in_are_refused() -> None:
    with pytest.raises(DeviceError, match="int4 is no kind of number"):
        choose(PLAIN, None, "int4")


def test_without_torch_only_swatches_are_left_and_nothing_else_can_be_asked_for() -> None:
    device = without_torch(None)
    assert (device.name, device.reason) == ("none", "PyTorch is not installed: only swatches can be painted.")
    with pytest.raises(DeviceError, match=r"nothing can be computed on cuda\. Install it \(pip install"):
        without_torch("cuda")


def test_this_machine_has_some_device_with_memory() -> None:
    assert look_around().cpu_bytes > 0
    assert pick_device("cpu").memory_bytes > 0
