"""Whatever JSON a client sends: every check lets it pass or raises an `ApiError`, and nothing else."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.rules.checks import channels, guilds
from sandbox.rules.checks.callbacks import check_callback
from sandbox.rules.checks.commands import check_command, check_command_permissions, check_commands
from sandbox.rules.checks.components import assign_ids, walk
from sandbox.rules.checks.message import check_message
from sandbox.rules.checks.modals import check_modal, check_selection, check_submission
from sandbox.rules.checks.values import check_values
from sandbox.rules.errors import ApiError

OPTIONS = [
    {"type": kind, "name": f"o{kind}", "description": "x", "autocomplete": kind in (3, 4, 10), "channel_types": []}
    for kind in range(3, 12)
]
GROUPS = [{"type": 2, "name": "name", "options": [{"type": 1, "name": "name", "options": OPTIONS}]}]
CHOICES = [{"label": "x", "value": "x"}, {"label": "y", "value": "y"}]
MODAL = {
    "custom_id": "m",
    "title": "t",
    "components": [
        {"type": 18, "label": "x", "component": {"type": kind, "custom_id": f"{kind}", "options": CHOICES}}
        for kind in (3, 4, 5, 19, 21, 22, 23)
    ],
}
CHECKS: dict[str, Callable[[Any], object]] = {
    "message": partial(check_message, uploads={0: "a.png"}, kept=[1], edit=False),
    "edit": partial(check_message, uploads={}, edit=True, was_v2=True, had=["content"]),
    "modal": check_modal,
    "submission": partial(check_submission, MODAL),
    "selection": partial(check_selection, {"type": 3, "custom_id": "s", "options": CHOICES}),
    **{f"callback {kind}": partial(check_callback, interaction_type=kind, uploads={}) for kind in range(1, 6)},
    "command": check_command,
    "command edit": partial(check_command, partial=True, kind=2),
    "commands": check_commands,
    "permissions": check_command_permissions,
    "values": partial(check_values, OPTIONS, resolved={"users": {"1": {}}}),
    "autocomplete": partial(check_values, GROUPS, autocomplete=True),
    "channel": channels.check_channel,
    "channel edit": partial(channels.check_channel, partial=True, kind=15),
    "thread": channels.check_thread,
    "thread edit": channels.check_thread_edit,
    "post": partial(channels.check_post, uploads={}),
    "overwrite": channels.check_overwrite,
    "positions": channels.check_positions,
    "direct channel": channels.check_direct_channel,
    "invite": channels.check_invite,
    "bulk delete": channels.check_bulk_delete,
    "role": guilds.check_role,
    "member": guilds.check_member,
    "own member": guilds.check_own_member,
    "own user": guilds.check_own_user,
    "guild": guilds.check_guild,
    "emoji": guilds.check_emoji,
    "emoji edit": partial(guilds.check_emoji, partial=True),
    "webhook": guilds.check_webhook,
    "execution": guilds.check_webhook_execution,
    "ban": guilds.check_ban,
    "entitlement": guilds.check_entitlement,
}
# Words that lead deeper into the forms than random keys ever would.
WORDS = """
type id name custom_id value values options components component accessory content embeds flags data items media url
file attachments allowed_mentions parse users roles message message_reference message_id poll question answers text
poll_media style label emoji sku_id default_values min_values max_values choices title description fields image footer
nonce sticker_ids name_localizations de contexts default_member_permissions available_tags applied_tags messages
permissions nick communication_disabled_until topic username avatar_url focused handler author icon_url
"""
KEYS = st.sampled_from(WORDS.split())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-1, 24)
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["attachment://a.png", "https://[x", "http://", "2026-01-01T00:00:00Z", "1" * 19, "\ud800", "o3"])
    | st.sampled_from([10**4000, 1 << 15, float("nan"), "x" * 4001])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8), max_leaves=30
)
TYPED = st.recursive(
    st.fixed_dictionaries(
        {"type": st.integers(0, 24)}, optional={"custom_id": st.text(max_size=2), "content": SCALARS}
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.integers(0, 24), "components": st.lists(inner, max_size=3)},
        optional={"accessory": inner, "component": inner, "id": st.integers(0, 3), "label": st.just("x")},
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=60, deadline=None)
@given(body=JSON)
def test_any_json_passes_or_is_refused(name: str, body: Any) -> None:
    with contextlib.suppress(ApiError):
        CHECKS[name](body)


@settings(max_examples=300, deadline=None)
@given(components=st.lists(TYPED, max_size=4), flags=st.sampled_from([0, 1 << 15]))
def test_any_tree_of_components_passes_or_is_refused(components: list[Any], flags: int) -> None:
    with contextlib.suppress(ApiError):
        check_message({"components": components, "flags": flags}, uploads={}, edit=False)
        numbers = [component["id"] for component in walk(assign_ids(components))]
        assert len(set(numbers)) == len(numbers)
    with contextlib.suppress(ApiError):
        check_modal({"custom_id": "m", "title": "t", "components": components})


@settings(max_examples=100, deadline=None)
@given(body=JSON)
def test_a_refusal_can_always_be_sent(body: Any) -> None:
    try:
        check_message(body, uploads={}, edit=False)
    except ApiError as error:
        json.dumps(error.body()).encode()
