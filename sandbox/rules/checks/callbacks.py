"""The answer to an interaction: which kind may answer which, and what its data must be."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sandbox.rules import limits
from sandbox.rules.checks.form import (
    Check,
    anything,
    dict_of,
    hold,
    integer,
    list_of,
    number,
    object_of,
    one_of,
    text,
)
from sandbox.rules.checks.message import check_message
from sandbox.rules.checks.modals import check_modal
from sandbox.rules.errors import Json
from sandbox.rules.kinds import LOCALES, CallbackType, InteractionType, OptionType

MESSAGES = (CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE)
UPDATES = (CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE_MESSAGE)
OTHERS = (CallbackType.PREMIUM_REQUIRED, CallbackType.LAUNCH_ACTIVITY)

ALLOWED: Mapping[int, tuple[CallbackType, ...]] = {
    InteractionType.PING: (CallbackType.PONG,),
    InteractionType.APPLICATION_COMMAND: (*MESSAGES, CallbackType.MODAL, *OTHERS),
    InteractionType.MESSAGE_COMPONENT: (*MESSAGES, *UPDATES, CallbackType.MODAL, *OTHERS),
    InteractionType.AUTOCOMPLETE: (CallbackType.AUTOCOMPLETE,),
    InteractionType.MODAL_SUBMIT: (*MESSAGES, *UPDATES, *OTHERS),
}

LOCALIZED_NAMES = dict_of(LOCALES, text(*limits.CHOICE_NAME))
CHOICE_VALUES: Mapping[int, Check] = {
    OptionType.STRING: text(0, limits.CHOICE_VALUE_CHARACTERS),
    OptionType.INTEGER: integer(-limits.LARGEST_INTEGER, limits.LARGEST_INTEGER),
    OptionType.NUMBER: number(-limits.LARGEST_INTEGER, limits.LARGEST_INTEGER),
}


def choices_of(option_type: int) -> Check:
    choice = object_of(
        {"name": text(*limits.CHOICE_NAME), "value": CHOICE_VALUES[option_type]},
        {"name_localizations": LOCALIZED_NAMES},
    )
    return list_of(choice, 0, limits.COMMAND_CHOICES)


SUGGESTIONS: Mapping[int, Check] = {
    kind: object_of({"data": object_of({}, {"choices": choices_of(kind)})}) for kind in CHOICE_VALUES
}
DEFERRED = object_of({}, {"data": object_of({}, {"flags": integer(0)})})


def allowed_types(interaction_type: int, *, from_message: bool) -> tuple[CallbackType, ...]:
    """Only where a message was clicked is there one to update."""
    return tuple(kind for kind in ALLOWED[interaction_type] if from_message or kind not in UPDATES)


def check_callback(
    body: object,
    *,
    interaction_type: int,
    uploads: Mapping[int, str],
    option_type: int | None = None,
    from_message: bool | None = None,
    kept: Collection[int] = (),
    was_v2: bool = False,
    names: Collection[str] = (),
    had: Collection[str] = (),
) -> None:
    """`option_type`: of the option being completed. `from_message`: whether the interaction came from a message.

    `kept`, `was_v2`, `names` and `had` describe that message, as for `check_message`.
    """
    if from_message is None:
        from_message = interaction_type == InteractionType.MESSAGE_COMPONENT
    allowed = allowed_types(interaction_type, from_message=from_message)
    hold(body, object_of({"type": one_of(allowed)}, {"data": anything}))
    if not isinstance(body, dict):
        return
    data: object = body.get("data")
    match body["type"]:
        case CallbackType.MESSAGE:
            check_message(or_empty(data), uploads=uploads, edit=False, path=("data",))
        case CallbackType.DEFERRED_MESSAGE:
            hold(body, DEFERRED)
        case CallbackType.UPDATE_MESSAGE:
            check_message(
                or_empty(data),
                uploads=uploads,
                kept=kept,
                edit=True,
                was_v2=was_v2,
                names=names,
                had=had,
                path=("data",),
            )
        case CallbackType.AUTOCOMPLETE:
            hold(body, SUGGESTIONS[OptionType.STRING if option_type is None else option_type])
        case CallbackType.MODAL:
            hold(body, object_of({"data": anything}))
            check_modal(data, ("data",))


def or_empty(data: object) -> object:
    empty: Json = {}
    return empty if data is None else data
