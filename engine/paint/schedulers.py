"""From a sampler's name to a scheduler of its own for each picture, made from the model's own settings, so that what
the model was trained with (v-prediction, shifts, spacing) stays. Every one keeps state, so none is shared.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.errors import DataFault, RecipeError

if TYPE_CHECKING:
    from torch import Tensor

_DIFFUSION: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "ddim": ("DDIMScheduler", {}),
        "ddpm": ("DDPMScheduler", {}),
        "euler": ("EulerDiscreteScheduler", {}),
        "euler_a": ("EulerAncestralDiscreteScheduler", {}),
        "heun": ("HeunDiscreteScheduler", {}),
        "dpm++": ("DPMSolverMultistepScheduler", {}),
        "dpm++_sde": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
        "unipc": ("UniPCMultistepScheduler", {}),
    }
)
_FLOW_SOLVER = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
_FLOW: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "flow": ("FlowMatchEulerDiscreteScheduler", {}),
        "flow_heun": ("FlowMatchHeunDiscreteScheduler", {}),
        "dpm++": ("DPMSolverMultistepScheduler", _FLOW_SOLVER),
        "unipc": ("UniPCMultistepScheduler", _FLOW_SOLVER),
    }
)


FLOWING = ("flow", "flow_heun")  # of flow models, only their own samplers start from a picture


def make_scheduler(name: str, of_model: Any, allowed: Collection[str]) -> Any:
    """A fresh scheduler. `of_model` is the one that the model came with; `allowed` what its stock pipelines take."""
    import diffusers

    flows = type(of_model).__name__.startswith("FlowMatch")
    table = _FLOW if flows else _DIFFUSION
    if name not in table or name not in allowed:
        problem = f"is {name}, which this model cannot be painted with."
        raise RecipeError([DataFault("scheduler", problem, f"Use one of {', '.join(allowed)}.")])
    class_name, options = table[name]
    kind = getattr(diffusers, class_name)
    known = inspect.signature(kind.__init__).parameters
    # What this class does not know is left out, as it would be with a warning; what starts with _ says which values
    # the model's makers chose, and which are only its own class's defaults.
    config = {name: value for name, value in of_model.config.items() if name in known or name.startswith("_")}
    if "flow_shift" in known and flows:
        config["flow_shift"] = of_model.config.get("shift") or 1.0
    return kind.from_config(config, **options)


def predict_clean(scheduler: Any, output: Tensor, time: Any, sample: Tensor) -> Callable[[], Tensor]:
    """What the picture would be if all noise were taken away now (x0), by what the model's output means. Asked before
    the step, which moves the scheduler on; reckoned only when it is called."""
    name, kind = type(scheduler).__name__, scheduler.config.get("prediction_type", "flow_prediction")
    index = getattr(scheduler, "step_index", None)

    def clean() -> Tensor:
        if kind == "flow_prediction":
            return sample - _sigma(scheduler, time, index) * output
        if kind == "sample":
            return output
        if not hasattr(scheduler, "sigmas"):
            kept = float(scheduler.alphas_cumprod[int(time)])
            signal, noise = max(kept, 1e-6) ** 0.5, (1 - kept) ** 0.5
        else:
            sigma = _sigma(scheduler, time, index)
            signal = 1 / (sigma**2 + 1) ** 0.5
            noise = sigma * signal
        # Euler and Heun add noise without making the picture weaker; the others keep the sum's size.
        weakened = sample * signal if name.startswith(("Euler", "Heun")) else sample
        if kind == "v_prediction":
            found: Tensor = signal * weakened - noise * output
        else:
            found = (weakened - noise * output) / signal
        return found

    return clean


def _sigma(scheduler: Any, time: Any, index: int | None) -> float:
    if index is None:
        matches = (scheduler.timesteps == time).nonzero()
        index = int(matches[0]) if len(matches) else 0
    return float(scheduler.sigmas[min(index, len(scheduler.sigmas) - 1)])
