"""What a check refuses, in a form that a test can compare: places with their codes."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.rules.errors import ApiError, Json


def found(check: Callable[[], object]) -> set[tuple[str, str]]:
    """Places and codes, `("embeds.0.title", "BASE_TYPE_MAX_LENGTH")`; a fixed refusal has its number and no place."""
    try:
        check()
    except ApiError as error:
        return places(error.extra["errors"], "") if error.code == 50035 else {("", str(error.code))}
    return set()


def places(tree: Json, path: str) -> set[tuple[str, str]]:
    here = {(path.removeprefix("."), fault["code"]) for fault in tree.get("_errors", [])}
    return here.union(*(places(below, f"{path}.{key}") for key, below in tree.items() if key != "_errors"))
