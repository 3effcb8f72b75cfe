"""Who may do what where, row by row as Discord documents it: roles, overwrites, threads, time-outs, owners."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from sandbox.rules.clock import Clock
from sandbox.rules.errors import ApiError
from sandbox.rules.permissions import Permission
from sandbox.world import permissions, seed
from sandbox.world.entities import Channel, Guild, Member, Overwrite, Role, Thread, User
from sandbox.world.permissions import ALL, NOTHING
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage

VIEW, SEND, READ = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.READ_MESSAGE_HISTORY
FILES, EMBEDS, IN_THREADS = Permission.ATTACH_FILES, Permission.EMBED_LINKS, Permission.SEND_MESSAGES_IN_THREADS
BASIC = VIEW | SEND | READ | FILES | EMBEDS | IN_THREADS
OWNER, MEMBER, OTHER, STRANGER = 10, 11, 12, 13
GUILD, RED, BLUE = 100, 101, 102


class Town:
    """A guild with two roles; the member has both."""

    def __init__(self) -> None:
        self.state = State(MemoryStorage(), Clock(), secret="s")
        for user_id in (OWNER, MEMBER, OTHER, STRANGER):
            self.state.save(User(user_id, f"user{user_id}"))
        self.guild = Guild(GUILD, "Town", OWNER)
        self.state.save(self.guild)
        self.everyone = Role(GUILD, GUILD, "@everyone", int(BASIC), position=0)
        self.red, self.blue = Role(RED, GUILD, "red", position=2), Role(BLUE, GUILD, "blue", position=1)
        for role in (self.everyone, self.red, self.blue):
            self.state.save(role)
        self.owner, self.member = Member(OWNER, GUILD, 0), Member(MEMBER, GUILD, 0, roles=[RED, BLUE])
        for member in (self.owner, self.member, Member(OTHER, GUILD, 0)):
            self.state.save(member)
        self.channel = Channel(200, 0, "square", guild_id=GUILD)
        self.state.save(self.channel)

    def thread(self, kind: int = 11, *members: int) -> Channel:
        thread = Channel(201, kind, "aside", guild_id=GUILD, parent_id=self.channel.id)
        thread.thread = Thread(owner_id=OTHER, created_ms=0, members=list(members))
        self.state.save(thread)
        return thread

    def overwrite(self, *overwrites: Overwrite) -> None:
        self.channel.overwrites = list(overwrites)
        self.state.save(self.channel)

    def give(self, role: Role, allowed: Permission) -> None:
        role.permissions = int(allowed)
        self.state.save(role)

    def of(self, user_id: int, channel: Channel | None = None) -> Permission:
        return permissions.in_channel(self.state, user_id, channel or self.channel)


@pytest.fixture
def town() -> Iterator[Town]:
    made = Town()
    yield made
    made.state.clock.close()


def allow(target: int, bits: Permission, kind: int = 0) -> Overwrite:
    return Overwrite(target, kind, allow=int(bits))


def deny(target: int, bits: Permission, kind: int = 0) -> Overwrite:
    return Overwrite(target, kind, deny=int(bits))


@pytest.mark.parametrize(
    ("overwrites", "expected"),
    [
        ([], BASIC),
        ([deny(GUILD, SEND | FILES | EMBEDS)], VIEW | READ | IN_THREADS),
        ([deny(GUILD, SEND | FILES | EMBEDS), allow(RED, SEND)], VIEW | READ | SEND | IN_THREADS),
        ([deny(RED, SEND), allow(BLUE, SEND)], BASIC),  # among roles an allowance wins, whatever their order
        ([allow(RED, SEND), deny(BLUE, SEND)], BASIC),
        ([allow(RED, SEND), deny(MEMBER, SEND | FILES | EMBEDS, 1)], VIEW | READ | IN_THREADS),
        ([deny(RED, SEND), allow(MEMBER, SEND, 1)], BASIC),
        ([deny(GUILD, VIEW)], NOTHING),
        ([deny(GUILD, VIEW), allow(MEMBER, VIEW, 1)], BASIC),
        ([deny(RED, VIEW)], NOTHING),
        ([deny(OTHER, VIEW, 1)], BASIC),
        ([deny(999, VIEW)], BASIC),
        ([deny(GUILD, SEND)], VIEW | READ | IN_THREADS),  # without the right to write, files and embeds go too
        ([allow(GUILD, Permission.MANAGE_MESSAGES)], BASIC | Permission.MANAGE_MESSAGES),
    ],
)
def test_overwrites_are_applied_everyone_then_roles_then_the_member(
    town: Town, overwrites: list[Overwrite], expected: Permission
) -> None:
    town.overwrite(*overwrites)
    assert town.of(MEMBER) == expected


def test_roles_add_up(town: Town) -> None:
    town.give(town.red, Permission.MANAGE_MESSAGES)
    town.give(town.blue, Permission.KICK_MEMBERS)
    assert town.of(MEMBER) == BASIC | Permission.MANAGE_MESSAGES | Permission.KICK_MEMBERS
    assert town.of(OTHER) == BASIC


def test_the_owner_and_administrators_may_do_everything_whatever_is_denied(town: Town) -> None:
    town.overwrite(deny(GUILD, VIEW | SEND), deny(MEMBER, VIEW, 1), deny(OWNER, VIEW, 1))
    town.give(town.blue, Permission.ADMINISTRATOR)
    assert town.of(OWNER) == town.of(MEMBER) == ALL
    assert town.of(OTHER) == NOTHING


def test_who_is_no_member_may_do_nothing(town: Town) -> None:
    assert town.of(STRANGER) == NOTHING
    assert not permissions.can_view(town.state, STRANGER, town.channel.id)


def test_what_was_computed_is_forgotten_when_anything_changes(town: Town) -> None:
    assert town.of(MEMBER) == BASIC
    town.overwrite(deny(GUILD, VIEW))
    assert town.of(MEMBER) == NOTHING
    town.overwrite()
    town.give(town.everyone, VIEW)
    assert town.of(MEMBER) == VIEW
    town.state.remove(town.member)
    assert town.of(MEMBER) == NOTHING


def test_a_time_out_leaves_looking_and_ends_by_the_clock(town: Town) -> None:
    town.member.timed_out_until_ms = town.state.clock.now_ms() + 60_000
    town.state.save(town.member)
    assert town.of(MEMBER) == VIEW | READ
    assert permissions.in_guild(town.state, town.guild, town.member) == VIEW | READ
    town.state.clock.offset_ms += 61_000
    assert town.of(MEMBER) == BASIC


def test_a_time_out_does_not_bind_administrators(town: Town) -> None:
    town.give(town.red, Permission.ADMINISTRATOR)
    town.member.timed_out_until_ms = town.state.clock.now_ms() + 60_000
    town.state.save(town.member)
    assert town.of(MEMBER) == ALL


def test_a_thread_has_its_channels_overwrites_and_a_right_to_write_of_its_own(town: Town) -> None:
    thread = town.thread()
    town.overwrite(deny(GUILD, SEND))
    assert town.of(MEMBER, thread) == BASIC & ~SEND
    assert permissions.sending(thread) == IN_THREADS
    town.overwrite(deny(GUILD, IN_THREADS))
    assert town.of(MEMBER, thread) == VIEW | READ | SEND
    town.overwrite(deny(GUILD, VIEW))
    assert town.of(MEMBER, thread) == NOTHING


def test_a_private_thread_is_seen_by_its_members_and_by_who_manages_threads(town: Town) -> None:
    thread = town.thread(12, OTHER)
    assert permissions.can_view(town.state, OTHER, thread.id)
    assert not permissions.can_view(town.state, MEMBER, thread.id)
    town.give(town.red, Permission.MANAGE_THREADS)
    assert permissions.can_view(town.state, MEMBER, thread.id)


def test_direct_messages_are_for_those_in_them(town: Town) -> None:
    channel = Channel(300, 1, recipients=[MEMBER, OTHER])
    town.state.save(channel)
    assert town.of(MEMBER, channel) == permissions.PRIVATE
    assert town.of(OWNER, channel) == NOTHING


def test_missing_access_comes_before_missing_permissions(town: Town) -> None:
    with pytest.raises(ApiError, match="50013"):
        permissions.require(town.state, MEMBER, town.channel, Permission.MANAGE_MESSAGES)
    town.overwrite(deny(GUILD, VIEW))
    with pytest.raises(ApiError, match="50001"):
        permissions.require(town.state, MEMBER, town.channel, Permission.MANAGE_MESSAGES)
    with pytest.raises(ApiError, match="50001"):
        permissions.require_in_guild(town.state, STRANGER, town.guild, VIEW)


def test_only_roles_below_ones_own_highest_may_be_handled(town: Town) -> None:
    assert permissions.top_position(town.state, town.guild, MEMBER) == 2
    permissions.require_above(town.state, town.guild, MEMBER, town.blue)
    with pytest.raises(ApiError, match="50013"):
        permissions.require_above(town.state, town.guild, MEMBER, town.red)
    permissions.require_above(town.state, town.guild, OWNER, town.red)


async def test_the_seeded_server_is_as_its_description_says() -> None:
    state = State(MemoryStorage(), Clock(), secret="s")
    seed.seed(state)
    await asyncio.sleep(0)
    by_name = {user.username: user.id for user in state.users.values()}
    staff = next(channel for channel in state.channels.values() if channel.name == "staff")
    can_see = {name for name, user_id in by_name.items() if permissions.can_view(state, user_id, staff.id)}
    assert can_see == {"ada", "ben"}
    state.clock.close()
