"""The form of each kind of component by itself. How components fit together is decided in `components` and `modals`."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.rules import limits
from sandbox.rules.checks import media
from sandbox.rules.checks.form import (
    Check,
    boolean,
    integer,
    list_of,
    nullable,
    object_of,
    one_of,
    snowflake,
    text,
    union_of,
)
from sandbox.rules.kinds import ButtonStyle, ChannelType, ComponentType, TextInputStyle

ID: Mapping[str, Check] = {"id": integer(*limits.COMPONENT_ID)}
CUSTOM_ID: Mapping[str, Check] = {"custom_id": text(*limits.CUSTOM_ID)}
EMOJI = object_of(
    {},
    {"id": nullable(snowflake), "name": text(0, limits.EMOJI_NAME_IN_COMPONENT), "animated": boolean},
)

OPTION_TEXTS: Mapping[str, Check] = {"label": text(*limits.SELECT_TEXT), "value": text(*limits.SELECT_TEXT)}
OPTION = object_of(OPTION_TEXTS, {"description": text(0, limits.SELECT_TEXT[1]), "emoji": EMOJI, "default": boolean})
SELECT_FIELDS: Mapping[str, Check] = {
    **ID,
    "placeholder": text(0, limits.SELECT_PLACEHOLDER),
    "min_values": integer(*limits.SELECT_MIN_VALUES),
    "max_values": integer(*limits.SELECT_MAX_VALUES),
    "disabled": boolean,
    "required": boolean,
}


def entity_select(*default_types: str) -> Check:
    default = object_of({"id": snowflake, "type": one_of(default_types)})
    return object_of(
        CUSTOM_ID,
        {
            **SELECT_FIELDS,
            "default_values": list_of(default, 0, limits.SELECT_MAX_VALUES[1]),
            "channel_types": list_of(one_of(ChannelType), 0, len(ChannelType), unique=True),
        },
    )


SELECTS: Mapping[int, Check] = {
    ComponentType.STRING_SELECT: object_of(
        {**CUSTOM_ID, "options": list_of(OPTION, *limits.SELECT_OPTIONS)}, SELECT_FIELDS
    ),
    ComponentType.USER_SELECT: entity_select("user"),
    ComponentType.ROLE_SELECT: entity_select("role"),
    ComponentType.MENTIONABLE_SELECT: entity_select("user", "role"),
    ComponentType.CHANNEL_SELECT: entity_select("channel"),
}
BUTTON = object_of(
    {"style": one_of(ButtonStyle)},
    {
        **ID,
        **CUSTOM_ID,
        "label": text(0, limits.BUTTON_LABEL),
        "url": media.url(media.LINK, limits.BUTTON_URL),
        "sku_id": snowflake,
        "emoji": EMOJI,
        "disabled": boolean,
    },
)
TEXT_DISPLAY = object_of({"content": text(1, limits.V2_CHARACTERS)}, ID)
ALT_TEXT = text(1, limits.ALT_TEXT_CHARACTERS)
THUMBNAIL = object_of({"media": media.MEDIA}, {**ID, "description": ALT_TEXT, "spoiler": boolean})


def row_of(kinds: Mapping[int, Check]) -> Check:
    return object_of({"components": list_of(union_of(kinds), 1, limits.ROW_WIDTH)}, ID)


ROW = row_of({ComponentType.BUTTON: BUTTON, **SELECTS})
CONTENT: Mapping[int, Check] = {
    ComponentType.ACTION_ROW: ROW,
    ComponentType.SECTION: object_of(
        {
            "components": list_of(union_of({ComponentType.TEXT_DISPLAY: TEXT_DISPLAY}), *limits.SECTION_TEXTS),
            "accessory": union_of({ComponentType.BUTTON: BUTTON, ComponentType.THUMBNAIL: THUMBNAIL}),
        },
        ID,
    ),
    ComponentType.TEXT_DISPLAY: TEXT_DISPLAY,
    ComponentType.MEDIA_GALLERY: object_of(
        {
            "items": list_of(
                object_of({"media": media.MEDIA}, {"description": ALT_TEXT, "spoiler": boolean}),
                *limits.GALLERY_ITEMS,
            )
        },
        ID,
    ),
    ComponentType.FILE: object_of({"file": media.FILE}, {**ID, "spoiler": boolean}),
    ComponentType.SEPARATOR: object_of({}, {**ID, "spacing": one_of((1, 2)), "divider": boolean}),
}
CONTAINER = object_of(
    {"components": list_of(union_of(CONTENT), *limits.CONTAINER_CHILDREN)},
    {**ID, "accent_color": integer(*limits.COLOR), "spoiler": boolean},
)
LEGACY_COMPONENTS = list_of(union_of({ComponentType.ACTION_ROW: ROW}), 0, limits.ROWS)
V2_COMPONENTS = list_of(union_of({**CONTENT, ComponentType.CONTAINER: CONTAINER}), 0, limits.V2_COMPONENTS)

TEXT_INPUT_FIELDS: Mapping[str, Check] = {
    **ID,
    "value": text(0, limits.TEXT_INPUT),
    "placeholder": text(0, limits.TEXT_INPUT_PLACEHOLDER),
    "required": boolean,
    "min_length": integer(0, limits.TEXT_INPUT),
    "max_length": integer(1, limits.TEXT_INPUT),
}
TEXT_INPUT_REQUIRED: Mapping[str, Check] = {**CUSTOM_ID, "style": one_of(TextInputStyle)}
# The label moved from the input to the Label around it; only in an action row is it still required.
TEXT_INPUT = object_of(TEXT_INPUT_REQUIRED, {**TEXT_INPUT_FIELDS, "label": text(0, limits.LABEL_TEXT[1])})
ROW_TEXT_INPUT = object_of({**TEXT_INPUT_REQUIRED, "label": text(*limits.LABEL_TEXT)}, TEXT_INPUT_FIELDS)


def counted(kind_max: int) -> Mapping[str, Check]:
    return {**ID, "min_values": integer(0, kind_max), "max_values": integer(1, kind_max), "required": boolean}


def choice_group(options: tuple[int, int], optional: Mapping[str, Check]) -> Check:
    option = object_of(OPTION_TEXTS, {"description": text(0, limits.SELECT_TEXT[1]), "default": boolean})
    return object_of({**CUSTOM_ID, "options": list_of(option, *options)}, optional)


LABELLED: Mapping[int, Check] = {
    ComponentType.TEXT_INPUT: TEXT_INPUT,
    **SELECTS,
    ComponentType.FILE_UPLOAD: object_of(
        CUSTOM_ID, {**counted(limits.FILE_UPLOADS), "file_types": list_of(text(1, 100), 0, 100)}
    ),
    ComponentType.RADIO_GROUP: choice_group(limits.RADIO_OPTIONS, {**ID, "required": boolean}),
    ComponentType.CHECKBOX_GROUP: choice_group(limits.CHECKBOX_OPTIONS, counted(limits.CHECKBOX_OPTIONS[1])),
    ComponentType.CHECKBOX: object_of(CUSTOM_ID, {**ID, "default": boolean}),
}
LABEL = object_of(
    {"label": text(*limits.LABEL_TEXT), "component": union_of(LABELLED)},
    {**ID, "description": text(*limits.LABEL_DESCRIPTION)},
)
MODAL = object_of(
    {
        "custom_id": text(*limits.CUSTOM_ID),
        "title": text(*limits.MODAL_TITLE),
        "components": list_of(
            union_of(
                {
                    ComponentType.ACTION_ROW: row_of({ComponentType.TEXT_INPUT: ROW_TEXT_INPUT}),
                    ComponentType.TEXT_DISPLAY: TEXT_DISPLAY,
                    ComponentType.LABEL: LABEL,
                }
            ),
            *limits.MODAL_COMPONENTS,
        ),
    }
)
