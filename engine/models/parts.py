"""One part of a model from its files into memory: stock classes only, .safetensors only, and every tensor in its place.
Knows no catalogue and does not decide where a part goes.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

from engine.errors import ModelError
from engine.models.weights import Choice, Header, Part, choose_weights, files_in, read_header, refuse_pickles

_LIBRARIES = ("diffusers", "transformers")
_REMEDY_CODE = "Only classes of diffusers and transformers are run, never code that comes with a model."
_BROKEN = (OSError, ValueError, TypeError, KeyError, AttributeError, ImportError, AssertionError)
_PROCESS = RLock()


def find_class(part: Part, model: str) -> Any:
    """The stock class of a part; anything else is refused by name."""
    if part.library not in _LIBRARIES:
        raise ModelError(model, f"{model} asks for {part.library}.{part.kind} as its {part.name}.", _REMEDY_CODE)
    with quietly():
        kind = getattr(importlib.import_module(part.library), part.kind, None)
    if not isinstance(kind, type) or not issubclass(kind, _trusted()):
        problem = f"{model} asks for {part.kind} as its {part.name}, which the installed {part.library} does not have."
        raise ModelError(model, problem, _REMEDY_CODE)
    return kind


def _trusted() -> tuple[type, ...]:
    import diffusers
    import transformers
    from transformers.feature_extraction_utils import FeatureExtractionMixin
    from transformers.image_processing_base import ImageProcessingMixin

    models = (diffusers.ModelMixin, transformers.PreTrainedModel, diffusers.SchedulerMixin)
    return (*models, transformers.PreTrainedTokenizerBase, transformers.ProcessorMixin, FeatureExtractionMixin,
            ImageProcessingMixin)  # fmt: skip


def is_module(kind: Any) -> bool:
    import torch

    return issubclass(kind, torch.nn.Module)


def choose_files(folder: Path, part: Part, model: str, *, small: bool) -> Choice:
    """The weights of a module; they are looked at before anything is read from them."""
    files = files_in(folder)
    choice = choose_weights(files, small=small)
    if choice is None:
        refuse_pickles(files, model, part.name)
        problem = f"The weights of {model}'s {part.name} are missing, or not all there."
        raise ModelError(model, problem, f"Fetch them with `python -m engine --pull {model}`, or copy them anew.")
    return choice


def read_headers(folder: Path, choice: Choice, model: str) -> list[Header]:
    return [read_header(folder / name, model) for name in choice.files]


def load_module(kind: Any, folder: Path, part: Part, variant: str, dtype: Any, model: str) -> Any:
    """A module on the processor, in `dtype`. A tensor that no file has is an error, not a random one."""
    from diffusers import ModelMixin

    named = {"torch_dtype": dtype} if issubclass(kind, ModelMixin) else {"dtype": dtype}
    with told_as_broken(part, model), quietly():
        module, report = kind.from_pretrained(
            folder, variant=variant or None, use_safetensors=True, local_files_only=True, output_loading_info=True,
            **named,
        )  # fmt: skip
    missing = sorted(report["missing_keys"])
    if missing:
        problem = f"The {part.name} of {model} lacks {len(missing)} tensors, such as {missing[0]}."
        raise ModelError(model, problem, "Its files belong to another model, or to another version of it.")
    return module.eval().requires_grad_(False)


def load_other(kind: Any, folder: Path, part: Part, model: str) -> Any:
    """A tokenizer, a scheduler, a processor."""
    if not folder.is_dir():
        problem = f"The {part.name} of {model} is missing."
        raise ModelError(model, problem, f"Fetch it with `python -m engine --pull {model}`, or copy it anew.")
    with told_as_broken(part, model), quietly():
        return kind.from_pretrained(folder, local_files_only=True)


@contextmanager
def told_as_broken(part: Part, model: str) -> Iterator[None]:
    """What a library says about files that it cannot use, with the part's name. Too little memory is told as such."""
    from diffusers.loaders.single_file_utils import SingleFileComponentError
    from safetensors import SafetensorError
    from torch import OutOfMemoryError

    try:
        yield
    except OutOfMemoryError:
        raise
    except (*_BROKEN, RuntimeError, SafetensorError, SingleFileComponentError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        problem = f"The {part.name} of {model} cannot be loaded: {lines[0][:300]}"
        raise ModelError(model, problem, "Fetch or copy its files again.") from error


@contextmanager
def quietly() -> Iterator[None]:
    """Without the libraries' progress bars and advice: loading is told through the engine, and faults are raised. One
    thread at a time: filters, verbosity and the kind of number that torch makes by default while it loads belong to the
    whole process, and two that put back what they found would leave it changed."""
    import diffusers.utils.logging as diffusers_words
    import transformers.utils.logging as transformers_words

    speakers = (diffusers_words, transformers_words)
    with _PROCESS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"peft\.")  # that there are several styles, and which is active
        warnings.filterwarnings("ignore", category=FutureWarning)  # what the libraries will change is not for operators
        before = [(words, words.get_verbosity(), words.is_progress_bar_enabled()) for words in speakers]
        for words in speakers:
            words.set_verbosity_error()
            words.disable_progress_bar()
        try:
            yield
        finally:
            for words, verbosity, has_bar in before:
                words.set_verbosity(verbosity)
                if has_bar:
                    words.enable_progress_bar()
