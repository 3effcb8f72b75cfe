"""Which device paints, and in which numbers: looked at once, chosen by plain rules, with the reason told.
The rules are pure; only `look_around` asks torch and the system.
"""

from __future__ import annotations

import importlib.util
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from engine.errors import DeviceError

NO_DEVICE = "none"
DTYPES = ("bfloat16", "float16", "float32")
_CPU_BF16 = ("avx512_bf16", "amx_bf16", "avx10_2")  # without one of them, 16 bits are slower than 32 on a processor
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_UNLIMITED = 1 << 60
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Device:
    """`memory_bytes` is what models and their work may fill. `reason` is a sentence for the operator."""

    name: str
    dtype: str
    memory_bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class Gpu:
    index: int
    title: str
    free_bytes: int
    bf16: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to paint on. `cpu_bf16` names the instructions that make bfloat16 fast, or is empty."""

    cpu_bf16: str
    cpu_bytes: int
    gpus: tuple[Gpu, ...] = ()
    mps: bool = False
    mps_bf16: bool = False


def pick_device(wanted: str | None = None, dtype: str | None = None, memory_bytes: int | None = None) -> Device:
    """`wanted` is `cpu`, `cuda`, `cuda:1`, `mps`, `none` (torch is not even imported) or None for the best, which is
    none where torch is not installed; `memory_bytes` is the most that may be used."""
    if wanted == NO_DEVICE:
        return choose(Machine("", 0), wanted, dtype, memory_bytes)
    if importlib.util.find_spec("torch") is None:
        return without_torch(wanted)
    return choose(look_around(), wanted, dtype, memory_bytes)


def without_torch(wanted: str | None) -> Device:
    if wanted is not None:
        remedy = "Install it (pip install -c constraints.txt -e .), or use none."
        raise DeviceError(wanted, f"PyTorch is not installed, so nothing can be computed on {wanted}.", remedy)
    return Device(NO_DEVICE, "", 0, "PyTorch is not installed: only swatches can be painted.")


def choose(machine: Machine, wanted: str | None, dtype: str | None = None, memory_bytes: int | None = None) -> Device:
    device = _among(machine, wanted)
    if dtype is not None and dtype not in DTYPES:
        raise DeviceError(dtype, f"{dtype} is no kind of number to paint in.", f"Use one of {', '.join(DTYPES)}.")
    numbers = dtype or device.dtype
    asked = f" {dtype} was asked for." if dtype else ""
    memory = device.memory_bytes if memory_bytes is None else min(memory_bytes, device.memory_bytes)
    limited = f" At most {memory / _GIB:.1f} GiB may be used." if memory < device.memory_bytes else ""
    return Device(device.name, numbers, memory, device.reason + asked + limited)


def _among(machine: Machine, wanted: str | None) -> Device:
    if wanted == NO_DEVICE:
        return Device(NO_DEVICE, "", 0, "No device was wanted: only swatches can be painted.")
    kind, _, number = (wanted or "").partition(":")
    if kind == "" and machine.gpus:
        return _on_gpu(_roomiest(machine.gpus), len(machine.gpus))
    if kind == "" and machine.mps:
        return _on_mps(machine)
    match kind:
        case "" | "cpu":
            return _on_cpu(machine, "No GPU was found." if kind == "" else "The processor was asked for.")
        case "mps" if machine.mps:
            return _on_mps(machine)
        case "cuda" if machine.gpus and not number:
            return _on_gpu(_roomiest(machine.gpus), len(machine.gpus))
        case "cuda":
            for gpu in machine.gpus:
                if number == str(gpu.index):
                    return _on_gpu(gpu, 1)
    raise DeviceError(wanted or "", f"There is no device {wanted} here.", f"Use one of: {', '.join(_names(machine))}.")


def _names(machine: Machine) -> list[str]:
    return ["cpu", *(f"cuda:{gpu.index}" for gpu in machine.gpus), *(["mps"] if machine.mps else [])]


def _roomiest(gpus: tuple[Gpu, ...]) -> Gpu:
    return max(gpus, key=lambda gpu: gpu.free_bytes)


def _on_gpu(gpu: Gpu, among: int) -> Device:
    most = f", the most of {among}" if among > 1 else ""
    numbers = "which computes in bfloat16" if gpu.bf16 else "too old for bfloat16, so in float16"
    reason = f"{gpu.title} has {gpu.free_bytes / _GIB:.1f} GiB free{most}, {numbers}."
    return Device(f"cuda:{gpu.index}", "bfloat16" if gpu.bf16 else "float16", gpu.free_bytes, reason)


def _on_mps(machine: Machine) -> Device:
    numbers = "bfloat16" if machine.mps_bf16 else "float32"
    why = "in bfloat16" if machine.mps_bf16 else "in float32, since this macOS has no bfloat16"
    return Device("mps", numbers, machine.cpu_bytes, f"Apple's GPU shares the machine's memory and computes {why}.")


def _on_cpu(machine: Machine, why: str) -> Device:
    if machine.cpu_bf16:
        return Device("cpu", "bfloat16", machine.cpu_bytes, f"{why} Its {machine.cpu_bf16} makes bfloat16 the fastest.")
    return Device("cpu", "float32", machine.cpu_bytes, f"{why} It has no bfloat16 instructions, so float32 is used.")


def look_around() -> Machine:
    """Asks torch; the first call takes as long as importing it."""
    import torch

    gpus = tuple(_ask_gpu(index) for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0))
    mps = torch.backends.mps.is_available()
    newer = mps and int(platform.mac_ver()[0].partition(".")[0] or 0) >= 14
    return Machine(_cpu_bf16(), free_memory(), gpus, mps, newer)


def _ask_gpu(index: int) -> Gpu:
    import torch

    free, _ = torch.cuda.mem_get_info(index)
    capable = torch.version.hip is not None or torch.cuda.get_device_capability(index) >= (8, 0)
    return Gpu(index, torch.cuda.get_device_name(index), free, capable)


def _cpu_bf16() -> str:
    import torch

    able = torch.cpu.get_capabilities()
    return next((name for name in _CPU_BF16 if able.get(name)), "")


def free_memory() -> int:
    """What of the machine's memory can still be had, within a container's limit."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([free, *(_limit(path) for path in _CGROUP_LIMITS)])


def _limit(path: Path) -> int:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file, or "max"
        return _UNLIMITED
