"""The device is chosen by rules, and says why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import DeviceError
from engine.models.device import Gpu, Machine, choose, free_memory, look_around, pick_device, without_torch

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


@pytest.mark.parametrize(
    ("limit", "use"), [("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")]
)
def test_in_a_container_what_is_used_of_its_memory_is_not_free(
    limit: str, use: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.models.device._CGROUP_LIMITS", (tmp_path / limit,))
    (tmp_path / limit).write_text("1000000\n")
    assert free_memory() == 1_000_000
    (tmp_path / use).write_text("900000\n")
    (tmp_path / "memory.stat").write_text("anon 600000\ninactive_file 200000\nactive_file 100000\n")
    assert free_memory() == 400_000
    (tmp_path / limit).write_text("500000\n")
    assert free_memory() == 0


def with_gpus(monkeypatch: pytest.MonkeyPatch, broken: Mapping[int, str], *, no_code: Mapping[int, str]) -> list[int]:
    """Two GPUs, as torch shows them; `broken` let no context be made, on those of `no_code` no kernel runs. The list
    fills with those that were asked."""
    asked: list[int] = []
    real = torch.ones

    def memory(index: int) -> tuple[int, int]:
        asked.append(index)
        if index in broken:
            raise torch.AcceleratorError(broken[index])
        return (10 + index) * GIB, 20 * GIB

    def ones(*size: int, device: Any = None) -> torch.Tensor:
        index = int(str(device).partition(":")[2])
        if index in no_code:
            raise torch.AcceleratorError(no_code[index])
        return real(*size)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", memory)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index: f"GPU {index}")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda index: (8, 0))
    monkeypatch.setattr(torch, "ones", ones)
    return asked


FULL = "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call."
NO_CODE = "CUDA error: no kernel image is available for execution on the device\nCompile with TORCH_USE_CUDA_DSA."


def test_a_gpu_that_cannot_compute_is_passed_over_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with_gpus(monkeypatch, {0: FULL}, no_code={})
    device = pick_device()
    assert device.name == "cuda:1"
    assert device.reason == (
        "GPU 1 has 11.0 GiB free, which computes in bfloat16. cuda:0 cannot be used (CUDA error: out of memory)."
    )
    with pytest.raises(DeviceError, match=r"cuda:0 cannot be used \(CUDA error: out of memory\)\. Use one of: cpu"):
        pick_device("cuda:0")


def test_where_no_gpu_can_compute_the_processor_paints_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with_gpus(monkeypatch, {0: FULL}, no_code={1: NO_CODE})
    device = pick_device()
    assert device.name == "cpu"
    assert device.reason.startswith("cuda:0 cannot be used (CUDA error: out of memory). cuda:1 cannot be used (CUDA")
    with pytest.raises(DeviceError, match="no kernel image is available for execution on the device"):
        pick_device("cuda")


def test_a_gpu_that_is_not_wanted_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = with_gpus(monkeypatch, {0: FULL}, no_code={})
    assert pick_device("cpu").name == "cpu"
    assert asked == []
    assert pick_device("cuda:1").name == "cuda:1"
    assert asked == [1]
    with pytest.raises(DeviceError, match=r"There is no device cuda:7 here\. Use one of: cpu, cuda:1\."):
        pick_device("cuda:7")
