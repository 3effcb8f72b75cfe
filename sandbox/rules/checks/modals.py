"""Dialogs: the form that an application shows, and whether what a member sends back fits it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.rules import ids, limits
from sandbox.rules.checks.component_forms import MODAL
from sandbox.rules.checks.components import bounds, check_identity, check_options, check_select, walk, walk_paths
from sandbox.rules.checks.form import check_length, check_unique, hold, list_of, object_of, require
from sandbox.rules.errors import Faults, Json, Path
from sandbox.rules.kinds import SELECTS, ComponentType

GROUPS = (ComponentType.RADIO_GROUP, ComponentType.CHECKBOX_GROUP)
ENTITIES = SELECTS - {ComponentType.STRING_SELECT} | {ComponentType.FILE_UPLOAD}
SUBMISSION = object_of({"components": list_of(object_of({}), 0, limits.V2_COMPONENTS)})


def check_modal(data: object, path: Path = ()) -> None:
    hold(data, MODAL, path)
    if not isinstance(data, dict):
        return
    faults = Faults()
    check_identity(data["components"], (*path, "components"), faults)
    for place, component in walk_paths(data["components"], (*path, "components")):
        kind = component["type"]
        if kind == ComponentType.ACTION_ROW and len(component["components"]) > 1:
            message = "The specified component exceeds the maximum width"
            faults.add((*place, "components", 1), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        elif kind == ComponentType.TEXT_INPUT:
            check_order(component, "min_length", "max_length", place, faults)
        elif kind in SELECTS:
            check_select(component, place, faults)
            if component.get("disabled"):  # [D] String Select: an error in modals; its code is unpublished
                faults.add((*place, "disabled"), "COMPONENT_DISABLED_IN_MODAL", "Cannot be disabled in a modal")
        elif kind in GROUPS:
            check_group(component, place, faults)
        elif kind == ComponentType.FILE_UPLOAD:
            check_order(component, "min_values", "max_values", place, faults)
    faults.raise_if_any()


def check_order(component: Json, low: str, high: str, path: Path, faults: Faults) -> None:
    least, most = component.get(low), component.get(high)
    if least is not None and most is not None and least > most:
        faults.add((*path, low), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def check_group(group: Json, path: Path, faults: Faults) -> None:
    check_options(group["options"], (*path, "options"), faults)
    check_order(group, "min_values", "max_values", path, faults)
    chosen = sum(bool(option.get("default")) for option in group["options"])
    if chosen > value_bounds(group)[1]:
        message = "The specified number of default values exceeds the specified maximum values"
        faults.add(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def value_bounds(component: Json) -> tuple[int, int]:
    """How many values an answer has. A checkbox group takes as many as it has boxes, where nothing is said."""
    low, high = bounds(component)
    if component["type"] == ComponentType.RADIO_GROUP:
        return 1, 1
    if component["type"] == ComponentType.CHECKBOX_GROUP and component.get("max_values") is None:
        high = len(component["options"])
    return low, high


def check_submission(modal: Json, submitted: object) -> None:
    """`submitted` is an interaction's `data`: a tree in which each component has its `custom_id` and its answer."""
    hold(submitted, SUBMISSION)
    if not isinstance(submitted, dict):
        return
    faults = Faults()
    asked = {each["custom_id"]: each for each in walk(modal["components"]) if each.get("custom_id")}
    answered: set[str] = set()
    for place, answer in walk_paths(submitted["components"], ("components",)):
        name = answer.get("custom_id")
        if name is None:
            continue
        if not isinstance(name, str) or name not in asked or name in answered:
            faults.add((*place, "custom_id"), "COMPONENT_VALIDATION_FAILED", "Component validation failed")
            continue
        answered.add(name)
        check_answer(asked[name], answer, place, faults)
    for name in asked.keys() - answered:
        check_answer(asked[name], {}, ("components", name), faults)
    faults.raise_if_any()


def check_answer(asked: Json, answer: Json, path: Path, faults: Faults) -> None:
    match asked["type"]:
        case ComponentType.TEXT_INPUT:
            check_text(asked, answer.get("value"), (*path, "value"), faults)
        case ComponentType.CHECKBOX:
            if not isinstance(answer.get("value", False), bool):
                faults.add((*path, "value"), "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
        case ComponentType.RADIO_GROUP:
            value = answer.get("value")
            check_values(asked, [] if value is None else [value], (*path, "value"), faults)
        case _:
            check_values(asked, answer.get("values") or [], (*path, "values"), faults)


def check_text(asked: Json, value: object, path: Path, faults: Faults) -> None:
    if value is None or value == "":
        if asked.get("required") is not False:
            require(path, faults)
    elif not isinstance(value, str):
        faults.add(path, "STRING_TYPE_CONVERT", "Could not interpret the value as string.")
    else:
        high = asked.get("max_length")
        check_length(
            len(value), asked.get("min_length") or 0, limits.TEXT_INPUT if high is None else high, path, faults
        )


def check_values(asked: Json, values: object, path: Path, faults: Faults) -> None:
    """For whatever is chosen from a list, in dialogs and, through `check_selection`, in messages."""
    if not isinstance(values, list):
        faults.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    low, high = value_bounds(asked)
    # Nothing chosen is an answer wherever the component is not required, whatever its minimum.
    if not values and asked.get("required") is False:
        return
    if not check_length(len(values), low, high, path, faults):
        return
    known = {option["value"] for option in asked.get("options") or []}
    for index, value in enumerate(values):
        is_known = ids.parse(value) is not None if asked["type"] in ENTITIES else is_member(value, known)
        if not is_known:
            faults.add((*path, index), "COMPONENT_VALIDATION_FAILED", "Component validation failed")
    check_unique([str(value) for value in values if isinstance(value, str | int)], path, faults)


def is_member(value: Any, known: Iterable[str]) -> bool:
    return isinstance(value, str) and value in known


def check_selection(select: Json, values: object) -> None:
    """Whether a member may choose `values` in a select menu of a message."""
    faults = Faults()
    check_values({**select, "required": None}, values, ("data", "values"), faults)
    faults.raise_if_any()
