"""A model out of one .safetensors file, as they are passed around: what the file holds is read with the configuration
of the model that it is like, and what it lacks comes from that model.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import ModelError
from engine.models.parts import find_class, quietly, told_as_broken
from engine.models.weights import Header, Index, Part

_IN_FILE = {
    "vae": ("first_stage_model.", "vae."),
    "text_encoder": ("cond_stage_model.", "conditioner.embedders.0.", "text_encoders.clip_l."),
    "text_encoder_2": ("conditioner.embedders.1.", "text_encoders.clip_g."),
    "text_encoder_3": ("text_encoders.t5xxl.",),
}


def sizes_in(header: Header, index: Index, itemsize: int, model: str) -> dict[str, int]:
    """Which modules a checkpoint holds, by the names of its tensors, and how large: its denoiser first, always."""
    names = [part.name for part in index.parts]
    denoiser = next((name for name in ("transformer", "unet") if name in names), None)
    if denoiser is None:
        raise ModelError(model, f"{model} is like a model without a denoiser.", "Name another under like.")
    sizes: dict[str, int] = {denoiser: 0}
    for tensor in header.tensors:
        owner = next((name for name in names if tensor.startswith(_IN_FILE.get(name, ()))), denoiser)
        sizes[owner] = sizes.get(owner, 0) + header.bytes_as(itemsize, tensor)
    return sizes


def load_parts(
    file: Path, folder: Path, index: Index, given: Mapping[str, Any], dtype: Any, model: str
) -> dict[str, Any]:
    """The modules of a checkpoint; `given` are all other parts."""
    wanted = [part for part in index.parts if part.name not in given]
    with told_as_broken(Part("checkpoint", "", ""), model), quietly():
        if len(wanted) == 1:
            kind = find_class(wanted[0], model)
            made = {wanted[0].name: _load_denoiser(kind, file, folder, wanted[0], dtype)}
        else:
            made = _load_pipeline(file, folder, index, given, dtype, model)
    for name, module in made.items():
        unset = [key for key, tensor in module.state_dict().items() if tensor.is_meta]
        if unset:
            problem = f"{file.name} lacks {len(unset)} tensors of the {name}, such as {unset[0]}."
            raise ModelError(model, problem, "Say with like = … which model it was made from.")
        module.eval().requires_grad_(False)
    return made


def _load_denoiser(kind: Any, file: Path, folder: Path, part: Part, dtype: Any) -> Any:
    read = getattr(kind, "from_single_file", None)
    if read is None:
        raise ValueError(f"a {kind.__name__} cannot be read from a single file")
    return read(str(file), config=str(folder), subfolder=part.name, torch_dtype=dtype, local_files_only=True)


def _load_pipeline(
    file: Path, folder: Path, index: Index, given: Mapping[str, Any], dtype: Any, model: str
) -> dict[str, Any]:
    import diffusers

    read = getattr(getattr(diffusers, index.pipeline, None), "from_single_file", None)
    if read is None:
        raise ModelError(model, f"A {index.pipeline} cannot be read from a single file.", "Use a diffusers folder.")
    pipeline = read(str(file), config=str(folder), torch_dtype=dtype, local_files_only=True, **given)
    wanted = {part.name for part in index.parts} - given.keys()
    return {name: module for name, module in pipeline.components.items() if name in wanted}
