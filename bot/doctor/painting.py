"""What the doctor asks the engine: which device paints and why, and which models are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.doctor.finding import Finding, fault, fine, listed, warning
from bot.frame.settings import Settings

if TYPE_CHECKING:
    from engine import Engine

_NO_DEVICE: Final = "none"
_AUTO: Final = "Set ATELIER_ENGINE_DEVICE to auto for pictures."
_PACKAGES: Final = "Install the engine's packages: .venv/bin/pip install -c constraints.txt -e ."


async def check_painting(settings: Settings) -> list[Finding]:
    try:
        from engine import CatalogError, Engine, EngineError, ModelError
    except ImportError as error:
        return [_packages_missing(error)]
    try:
        async with await Engine.open(settings.engine) as opened:
            return [_judge_device(opened, settings), *_judge_models(opened, settings)]
    except ImportError as error:  # torch is looked for only where there is a device to look for
        return [_packages_missing(error)]
    except CatalogError as error:
        return [
            fault("models", f"The catalogue cannot be used: {error}", "Mend the files that ATELIER_CATALOGS names.")
        ]
    except ModelError as error:  # before any model is loaded, the only one is the enlarging net
        return [fault("models", str(error), "Mend or empty ATELIER_UPSCALER.")]
    except EngineError as error:
        return [fault("device", str(error), "Set ATELIER_ENGINE_DEVICE to one that is here, or to auto.")]


def _packages_missing(error: ImportError) -> Finding:
    return fault("device", f"The engine's packages are not all here ({error}).", _PACKAGES)


def _judge_device(opened: Engine, settings: Settings) -> Finding:
    if opened.device.name == _NO_DEVICE:
        return warning("device", opened.device.reason, _AUTO if settings.engine_device == _NO_DEVICE else _PACKAGES)
    return fine("device", f"{opened.device.name}: {opened.device.reason}")


def _judge_models(opened: Engine, settings: Settings) -> list[Finding]:
    from engine import Place, UnknownModelError

    try:
        wanted = opened.catalog.find(settings.model)
    except UnknownModelError as error:
        return [fault("models", f"ATELIER_MODEL is unknown. {error}", "`python -m engine --list-models` lists them.")]
    found = []
    graded = warning if settings.model == Settings().model else fault  # cards instead of what nobody asked for by name
    if opened.device.name == _NO_DEVICE and wanted.kind != "swatch":
        problem = f"{wanted.name} needs a device, and there is none: colour cards are painted instead."
        remedy = "Set ATELIER_MODEL to swatch if that is meant; otherwise mend what is said of the device."
        found.append(graded("models", problem, remedy))
    elif not opened.has_model(wanted.name):
        match wanted.place:
            case Place.REPOSITORY:
                remedy = f"`python -m engine --pull {wanted.name}` fetches it."
            case Place.SHIPPED:
                remedy = "Its weights come with a later version: fetch another model, and set ATELIER_MODEL to it."
            case _:
                remedy = f"Its files belong into {wanted.source}."
        problem = f"{wanted.name} is not on this machine: colour cards are painted instead."
        found.append(graded("models", problem, remedy))
    here = [entry.name for entry in opened.catalog.offered if opened.has_model(entry.name)]
    places = {entry.name: entry.place for entry in opened.catalog.offered}
    absent = [name for name, place in places.items() if name not in here and place is Place.REPOSITORY]
    told = f"On this machine: {', '.join(here) or 'none'}."
    more = f" `python -m engine --pull NAME` fetches {listed(absent, 20)}." if absent else ""
    return [*found, fine("models", f"{wanted.name} paints by default. {told}{more}" if not found else f"{told}{more}")]
