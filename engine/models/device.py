"""Which device paints, and in which numbers: looked at once, chosen by plain rules, with the reason told.
The rules are pure; only `look_around` asks torch and the system.
"""

from __future__ import annotations

import importlib.util
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import DeviceError

NO_DEVICE = "none"
DTYPES = ("bfloat16", "float16", "float32")
_CPU_BF16 = ("avx512_bf16", "amx_bf16", "avx10_2")  # without one of them, 16 bits are slower than 32 on a processor
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_CGROUP_USES = {"memory.max": "memory.current", "memory.limit_in_bytes": "memory.usage_in_bytes"}
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
class UnfitGpu:
    """One that is there and cannot compute: full, of a kind that this PyTorch was not built for, or broken."""

    index: int
    problem: str

    def __str__(self) -> str:
        return f"cuda:{self.index} cannot be used ({self.problem})."


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to paint on. `cpu_bf16` names the instructions that make bfloat16 fast, or is empty."""

    cpu_bf16: str
    cpu_bytes: int
    gpus: tuple[Gpu, ...] = ()
    unfit: tuple[UnfitGpu, ...] = ()
    mps: bool = False
    mps_bf16: bool = False


def pick_device(wanted: str | None = None, dtype: str | None = None, memory_bytes: int | None = None) -> Device:
    """`wanted` is `cpu`, `cuda`, `cuda:1`, `mps`, `none` (torch is not even imported) or None for the best, which is
    none where torch is not installed; `memory_bytes` is the most that may be used."""
    if wanted == NO_DEVICE:
        return choose(Machine("", 0), wanted, dtype, memory_bytes)
    if importlib.util.find_spec("torch") is None:
        return without_torch(wanted)
    return choose(look_around(wanted), wanted, dtype, memory_bytes)


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
        return _on_roomiest(machine)
    if kind == "" and machine.mps:
        return _on_mps(machine)
    match kind:
        case "" | "cpu":
            return _on_cpu(machine, _without_gpu(machine) if kind == "" else "The processor was asked for.")
        case "mps" if machine.mps:
            return _on_mps(machine)
        case "cuda" if machine.gpus and not number:
            return _on_roomiest(machine)
        case "cuda":
            for gpu in machine.gpus:
                if number == str(gpu.index):
                    return _on_gpu(gpu, 1)
    broken = [str(gpu) for gpu in machine.unfit if kind == "cuda" and number in ("", str(gpu.index))]
    problem = " ".join(broken) or f"There is no device {wanted} here."
    raise DeviceError(wanted or "", problem, f"Use one of: {', '.join(_names(machine))}.")


def _names(machine: Machine) -> list[str]:
    return ["cpu", *(f"cuda:{gpu.index}" for gpu in machine.gpus), *(["mps"] if machine.mps else [])]


def _on_roomiest(machine: Machine) -> Device:
    device = _on_gpu(max(machine.gpus, key=lambda gpu: gpu.free_bytes), len(machine.gpus))
    return replace(device, reason=" ".join([device.reason, *map(str, machine.unfit)]))


def _without_gpu(machine: Machine) -> str:
    return " ".join(map(str, machine.unfit)) or "No GPU was found."


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


def look_around(wanted: str | None = None) -> Machine:
    """Asks torch; the first call takes as long as importing it. `wanted` is what will be chosen, if that is known."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    asked = [_ask_gpu(index) for index in _worth_asking(wanted, count)]
    gpus = tuple(gpu for gpu in asked if isinstance(gpu, Gpu))
    unfit = tuple(gpu for gpu in asked if isinstance(gpu, UnfitGpu))
    mps = torch.backends.mps.is_available()
    newer = mps and int(platform.mac_ver()[0].partition(".")[0] or 0) >= 14
    return Machine(_cpu_bf16(), free_memory(), gpus, unfit, mps, newer)


def _worth_asking(wanted: str | None, count: int) -> Iterable[int]:
    """A GPU that was asked keeps half a gigabyte for this process: one that is not wanted is left alone."""
    kind, _, number = (wanted or "cuda").partition(":")
    if kind != "cuda":
        return ()
    one = int(number) if number.isdecimal() else count
    return (one,) if one < count else range(count)


def _ask_gpu(index: int) -> Gpu | UnfitGpu:
    """It has to reckon something: drivers also show those for whose kind this PyTorch has no code."""
    import torch

    try:
        free, _ = torch.cuda.mem_get_info(index)
        capable = torch.version.hip is not None or torch.cuda.get_device_capability(index) >= (8, 0)
        title = torch.cuda.get_device_name(index)
        torch.ones(2, device=f"cuda:{index}").sum().item()
    except (RuntimeError, torch.cuda.DeferredCudaCallError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return UnfitGpu(index, lines[0].rstrip(".")[:200])
    return Gpu(index, title, free, capable)


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
    """What a container leaves: its limit less what is used of it. Files that were read are dropped when need be."""
    try:
        most = int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such file, or "max"
        return _UNLIMITED
    try:
        used = int(path.with_name(_CGROUP_USES[path.name]).read_text(encoding="ascii"))
        lines = path.with_name("memory.stat").read_text(encoding="ascii").splitlines()
        files = sum(int(line.split()[1]) for line in lines if line.split()[0] in ("inactive_file", "active_file"))
    except (OSError, ValueError, IndexError):
        return most
    return max(0, most - max(0, used - files))
