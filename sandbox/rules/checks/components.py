"""Components of a message as a whole: what may stand beside what, and what must be unique.

The functions with `faults` expect components that have passed their form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sandbox.rules import limits
from sandbox.rules.checks import media
from sandbox.rules.checks.form import without_nulls
from sandbox.rules.errors import INTERNAL_SERVER_ERROR, Faults, Json, Path
from sandbox.rules.kinds import SELECTS, ButtonStyle, ComponentType

# Where components are inside others. A field of this name anywhere else is unknown, so no check has looked at it.
INSIDE: Mapping[int, tuple[str, ...]] = {
    ComponentType.ACTION_ROW: ("components",),
    ComponentType.SECTION: ("components", "accessory"),
    ComponentType.CONTAINER: ("components",),
    ComponentType.LABEL: ("component",),
}
EVERY = ("components", "accessory", "component")


def walk(components: Iterable[Any]) -> Iterator[Json]:
    """Every component, the outer before the inner, each in Discord's order; what is no component is passed over."""
    for _, component in walk_paths(components):
        yield component


def walk_paths(components: Iterable[Any], path: Path = ()) -> Iterator[tuple[Path, Json]]:
    # A stack, not recursion: clients choose the depth.
    stack: list[tuple[Path, Any]] = [((*path, index), each) for index, each in enumerate(components)][::-1]
    while stack:
        place, component = stack.pop()
        if not isinstance(component, dict):
            continue
        yield place, component
        kind = component.get("type")
        below: list[tuple[Path, Any]] = []
        for name in INSIDE.get(kind, ()) if isinstance(kind, int) else EVERY:
            inner = component.get(name)
            if isinstance(inner, list):
                below += [((*place, name, index), each) for index, each in enumerate(inner)]
            else:
                below.append(((*place, name), inner))
        stack += below[::-1]


def assign_ids(components: list[Json]) -> list[Json]:
    """A copy as it is told to others: each component has an id, its own or the next one that is free, counted from 1;
    ids of what lies elsewhere are texts, also where libraries sent numbers, which a page would round."""
    numbered: list[Json] = without_nulls(components)
    taken = {component.get("id") for component in walk(numbered)}
    next_id = 1
    for component in walk(numbered):
        if not component.get("id"):
            while next_id in taken:
                next_id += 1
            component["id"] = next_id
            next_id += 1
        for named in _named_in(component):
            named["id"] = str(named["id"])
    return numbered


def _named_in(component: Json) -> list[Json]:
    """What a component names by id: emoji, and what is chosen at first."""
    match component["type"]:
        case ComponentType.BUTTON:
            named = [component.get("emoji")]
        case ComponentType.STRING_SELECT:
            named = [option.get("emoji") for option in component["options"]]
        case kind if kind in SELECTS:
            named = component.get("default_values") or []
        case _:
            named = []
    return [each for each in named if each and each.get("id")]


def check_components(components: list[Json], names: Collection[str], path: Path, faults: Faults) -> None:
    check_identity(components, path, faults)
    for place, component in walk_paths(components, path):
        match component["type"]:
            case ComponentType.ACTION_ROW:
                check_width(component, place, faults)
            case ComponentType.BUTTON:
                check_button(component, place, faults)
            case kind if kind in SELECTS:
                check_select(component, place, faults)
            case _:
                check_media(component, names, place, faults)


def check_identity(components: list[Json], path: Path, faults: Faults) -> None:
    seen_names: set[str] = set()
    seen_ids: set[int] = set()
    for place, component in walk_paths(components, path):
        name, number = component.get("custom_id"), component.get("id")
        if name is not None and name in seen_names:
            message = "Component custom id cannot be duplicated"
            faults.add((*place, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        if number and number in seen_ids:
            faults.add((*place, "id"), "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        if name is not None:
            seen_names.add(name)
        if number:
            seen_ids.add(number)


def check_width(row: Json, path: Path, faults: Faults) -> None:
    width = 0
    for index, component in enumerate(row["components"]):
        width += 1 if component["type"] == ComponentType.BUTTON else limits.ROW_WIDTH
        if width > limits.ROW_WIDTH:
            message = "The specified component exceeds the maximum width"
            faults.add((*path, "components", index), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


# Codes of the next three rules whose wording nobody has published are marked: the status and the place are Discord's.
def check_button(button: Json, path: Path, faults: Faults) -> None:
    check_emoji(button.get("emoji"), (*path, "emoji"), faults)
    has = {name for name in ("custom_id", "url", "sku_id", "label", "emoji") if button.get(name)}
    forbidden: tuple[str, ...]
    match button["style"]:
        case ButtonStyle.LINK:
            needed, message, forbidden = "url", "A url is required", ("custom_id", "sku_id")
        case ButtonStyle.PREMIUM:
            needed, message, forbidden = "sku_id", "A sku id is required", ("custom_id", "url", "label", "emoji")
        case _:
            needed, message, forbidden = "custom_id", "A custom id is required", ("url", "sku_id")
    if needed not in has:
        faults.add((*path, needed), f"BUTTON_COMPONENT_{needed.upper()}_REQUIRED", message)
    if {"custom_id", "url"} <= has:
        code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
        faults.add((*path, forbidden[0]), code, "A custom id and url cannot both be specified")
    else:
        for name in forbidden:
            if name in has:  # unpublished code
                message = f"A {name.replace('_', ' ')} cannot be specified for this style"
                faults.add((*path, name), f"BUTTON_COMPONENT_{name.upper()}_NOT_ALLOWED", message)
    if button["style"] != ButtonStyle.PREMIUM and not {"label", "emoji"} & has:
        faults.add((*path, "label"), "BASE_TYPE_REQUIRED", "This field is required")


def check_emoji(emoji: Json | None, path: Path, faults: Faults) -> None:
    if emoji is None or emoji.get("id"):
        return
    if not is_emoji(emoji.get("name")):
        faults.add((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")


def is_emoji(name: str | None) -> bool:
    """Roughly: Discord has the full list; words and ASCII signs are what bots get wrong, keycaps such as 1️⃣ are not."""
    if not name:
        return False
    return "\u20e3" in name or all(ord(character) >= 0xA9 for character in name)


def check_select(select: Json, path: Path, faults: Faults) -> None:
    low, high = bounds(select)
    if low > high:
        message = f"int value should be less than or equal to {high}."
        faults.add((*path, "min_values"), "NUMBER_TYPE_MAX", message)
    options = select.get("options")
    if options is not None and len(options) < high:
        message = f"Must be between {high} and {limits.SELECT_OPTIONS[1]} in length."
        faults.add((*path, "options"), "BASE_TYPE_BAD_LENGTH", message)
    check_options(options or [], (*path, "options"), faults)
    chosen = [each for each in options or [] if each.get("default")] or select.get("default_values") or []
    if len(chosen) > high:
        message = "The specified number of default values exceeds the specified maximum values"
        faults.add(path, "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", message)


def bounds(component: Json) -> tuple[int, int]:
    """How many values may be chosen; both are one where nothing is said."""
    low, high = component.get("min_values"), component.get("max_values")
    return 1 if low is None else low, 1 if high is None else high


def check_options(options: list[Json], path: Path, faults: Faults) -> None:
    seen: set[str] = set()
    for index, option in enumerate(options):
        check_emoji(option.get("emoji"), (*path, index, "emoji"), faults)
        if option["value"] in seen:
            message = "The specified option value is already used"
            faults.add((*path, index, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(option["value"])


def media_of(component: Json) -> list[tuple[Path, Json]]:
    """What a thumbnail, gallery or file shows, each with its place below the component."""
    match component["type"]:
        case ComponentType.THUMBNAIL:
            return [(("media",), component["media"])]
        case ComponentType.FILE:
            return [(("file",), component["file"])]
        case ComponentType.MEDIA_GALLERY:
            return [(("items", index, "media"), item["media"]) for index, item in enumerate(component["items"])]
        case _:
            return []


def check_media(component: Json, names: Collection[str], path: Path, faults: Faults) -> None:
    for place, shown in media_of(component):
        media.check_reference(shown["url"], names, (*path, *place, "url"), faults)


def check_v2_totals(components: list[Json], path: Path, faults: Faults) -> None:
    every = list(walk(components))
    if len(every) > limits.V2_COMPONENTS:
        message = f"The total number of components cannot exceed {limits.V2_COMPONENTS}"
        faults.add(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if sum(map(len, shown_texts(every))) > limits.V2_CHARACTERS:  # unpublished code
        message = f"Must be {limits.V2_CHARACTERS} or fewer in length."
        faults.add(path, "BASE_TYPE_MAX_LENGTH", message)


def shown_texts(every: Iterable[Json]) -> list[str]:
    return [each["content"] for each in every if each["type"] == ComponentType.TEXT_DISPLAY]


def refuse_what_breaks_discord(components: list[Json]) -> None:
    """Two sizes that no rule forbids and that make Discord answer 500 (`limits`: issues 7528 and 8554)."""
    every = list(walk(components))
    # A lone surrogate is legal JSON, and no UTF-8.
    texts = [len(each.encode("utf-8", "surrogatepass")) for each in shown_texts(every)]
    too_long = sum(texts) + limits.V2_TEXT_BYTES_PER_DISPLAY * len(texts) > limits.V2_TEXT_BYTES
    if too_long or sum(len(media_of(each)) for each in every) > limits.V2_MEDIA:
        raise INTERNAL_SERVER_ERROR()
