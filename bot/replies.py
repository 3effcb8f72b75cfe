"""Every sentence that a member reads. Values in, text out: no Discord, no store."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, assert_never

from bot import errors
from bot.kinds import Kind
from engine import Waiter

MESSAGE_LIMIT = 2000
PROMPT_SHOWN = 900  # characters of a prompt in a message; a longer one is attached as a file
_MARKS = re.compile(r"([\\*_~`|>\[\]<]|:(?=//))")
_HIDDEN = frozenset(["Cf", "Cc", "Co", "Cs"])  # direction marks and control characters do not belong into a message

BUSY = "I could not do that just now. Nothing was lost; please try again in a moment."
REMIX_TITLE = "Edit the prompt"
USE_TITLE = "Paint from these words"
RESUMED = "I take new work again."
QUEUE_EMPTY = "Nobody waits."
REMIX_LABEL = "Prompt"
REPORTED = "Thank you. The moderators of this server will see your report."
REPORTED_BEFORE = "You have reported this picture already; it is being looked at."
NOT_A_PICTURE = "That message holds none of my pictures."
SENT_BY_DM = "I have sent it to you by direct message."
DM_CLOSED = "Your direct messages are closed to me. Open them in the server's privacy settings and ask again."
DELETED = "Deleted. It is out of this channel."
KEPT = "Bookmarked. `/show` brings it back at any time."
KEPT_NO_MORE = "The bookmark is gone."
CANCELLING = "It is being cancelled; that takes a step at most, and costs nothing."
PUBLISHED = "Published."
NO_GALLERY = "This server has no gallery yet. A moderator can make one with `/setup`."
PUBLISHED_BEFORE = "It is in the gallery already."
KEPT_PRIVATE = "It stays private."
SETTINGS = (
    "**How I work for you**\n"
    "*Remix*: V and 🔄 let you edit the prompt first.\n"
    "*Mention me*: when a job took long, I call you, since an edit notifies nobody."
)
SETUP = "**How I work on this server**\nChoose from the menus; each choice counts at once."
CONFIRM_PUBLISH = (
    "This picture is private so far. Publishing shows it, its prompt and your name to everyone in the gallery."
)
NOTHING_QUEUED = "You have no job under way. `/imagine` starts one."
FAREWELL = (
    "Thank you for the invitation! I only paint on servers that my operator has listed, and this one is not "
    "among them, so I leave again. My operator can add it to ALLOWED_SERVERS."
)


def escaped(text: str) -> str:
    """As plain text in a message: no formatting, no mention, no link, no text that runs backwards."""
    shown = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return _MARKS.sub(r"\\\1", shown)


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def title(prompt: str, limit: int = PROMPT_SHOWN) -> str:
    """A prompt in bold. Cut before it is escaped, so that no escape is cut apart."""
    shown = escaped(shortened(prompt.strip(), limit))
    return f"**{shown}**" if shown.strip() else "**(no words)**"


def duration(ms: float) -> str:
    seconds = max(1, round(ms / 1000))
    if seconds < 100:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def mention(member: int) -> str:
    return f"<@{member}>"


def what(kind: Kind, cell: int | None) -> str:
    """What a job does to its parent, after the prompt; nothing for a new prompt."""
    picture = f" of picture {cell + 1}" if cell is not None else ""
    match kind:
        case Kind.IMAGINE:
            return ""
        case Kind.REROLL:
            return "once more"
        case Kind.VARY_SUBTLE:
            return f"subtle variations{picture}"
        case Kind.VARY_STRONG:
            return f"strong variations{picture}"
        case Kind.SINGLE:
            return f"picture {cell + 1}" if cell is not None else "picture"
        case Kind.UPSCALE_SUBTLE:
            return "enlarged"
        case Kind.UPSCALE_CREATIVE:
            return "enlarged, with new detail"
    assert_never(kind)


def waiting(place: int | None, starts_in_ms: int) -> str:
    if place is None:
        return "⏳ Waiting."
    if place <= 1 and starts_in_ms < 1500:
        return "⏳ Starting now."
    return f"⏳ Place {place} in the queue, about {duration(starts_in_ms)} to go."


def loading(model: str, share: float) -> str:
    return f"📦 Loading the model {escaped(model)}, {round(share * 100)} %. That happens once."


def painting(percent: int, remaining_ms: int) -> str:
    rest = f", about {duration(remaining_ms)} to go" if remaining_ms >= 1000 else ""
    return f"🎨 {percent} %{rest}"


def failed(message: str) -> str:
    return f"⚠️ {escaped(message)} Nothing was charged."


CANCELLED = "✖️ Cancelled. Nothing was charged."


def done_by_mention(member: int, took_ms: int) -> str:
    return f"{mention(member)}, your picture is ready ({duration(took_ms)})."


def failed_by_mention(member: int) -> str:
    return f"{mention(member)}, your picture could not be painted; the message that this answers says why."


def direct(prompt: str, job: str, seeds: list[int]) -> str:
    numbers = ", ".join(map(str, seeds))
    return shortened(f"{title(prompt)}\nJob `{job}` · seed {numbers}", MESSAGE_LIMIT)


def gpu_time(ms: int) -> str:
    return duration(ms) if ms else "none"


def untold(count: int, names: str, command: str) -> str:
    what = "a job was" if count == 1 else f"{count} jobs were"
    return f"While I could not reach you, {what} finished: {names}. {command} brings each one here."


def recipe(prompt: str, job: str, data: Mapping[str, Any]) -> str:
    """The numbers that matter, in a line; the file has them all."""
    numbers = (
        f"{data['model']['name']} · {data['width']} x {data['height']} · seed {data['seed']} · {data['steps']} steps"
    )
    return f"{title(prompt)}\n{numbers} · guidance {data['guidance']} · {data['scheduler']}\n-# Job `{job}`"


def greeting(help_command: str, setup_command: str) -> str:
    return (
        f"Hello! I paint pictures from words. {help_command} shows how, by example. "
        f"If you manage this server: {setup_command} says where I paint, for whom, and with what."
    )


def paused(under_way: int) -> str:
    what = "one job" if under_way == 1 else f"{under_way} jobs"
    return f"I take no new work. {what[0].upper() + what[1:]} under way will still end."


def blocked(member: int) -> str:
    return f"{mention(member)} can ask for nothing any more. What was asked for before goes on."


def unblocked(member: int) -> str:
    return f"{mention(member)} can ask for pictures again."


def queue_line(waiter: Waiter) -> str:
    place = "now" if waiter.place == 0 else f"{waiter.place}."
    return (
        f"{place} {mention(int(waiter.member))} · {waiter.speed} · `{waiter.job}` · {duration(waiter.finishes_in_ms)}"
    )


def prompt_faults(error: errors.WrongPromptError) -> str:
    """Every fault with its place, as many as fit."""
    parts, length = [], 0
    for fault in error.error.faults:
        line, carets = (part.replace("```", "'''") for part in fault.pointer())
        part = f"{escaped(fault.message)}\n```\n{line}\n{carets}\n```"
        if length + len(part) > MESSAGE_LIMIT - 60:
            parts.append("… and more.")
            break
        parts.append(part)
        length += len(part) + 1
    return "\n".join(parts)


def refusal(error: errors.Refusal) -> str:
    match error:
        case errors.WrongPromptError():
            return prompt_faults(error)
        case errors.StrangerError():
            return "I do not paint on this server: my operator has not listed it. They can add it to ALLOWED_SERVERS."
        case errors.WrongPlaceError(channels=channels):
            places = ", ".join(f"<#{channel}>" for channel in channels[:10])
            return f"On this server I paint in {places}."
        case errors.WrongRoleError(roles=roles):
            names = ", ".join(f"<@&{role}>" for role in roles[:10])
            return f"On this server I paint for {names}. A moderator can tell you how to get there."
        case errors.BlockedError(reason=reason):
            why = f" Their reason: {escaped(reason)}" if reason else ""
            return f"A moderator has taken the brushes from you here.{why} Please talk to them."
        case errors.PausedError(drains=True):
            return "I am about to be started again and take no new work for a moment. What you have asked for goes on."
        case errors.PausedError(reason=reason):
            why = f" ({escaped(reason)})" if reason else ""
            return f"Painting is paused{why}. What you have asked for is kept; please come back a little later."
        case errors.TooManyError(waiting=count, allowed=allowed):
            return (
                f"You have {count} jobs under way and may have {allowed}. Wait for one to end, or cancel one: `/queue`."
            )
        case errors.NotAllowedError():
            return "Only the member who asked for it, or a moderator, may do that."
        case errors.NoJobError():
            return "That picture is not here any more. `/imagine` paints a new one."
        case errors.NotReadyError():
            return "Its pictures are not ready yet; the buttons appear with them."
        case errors.EndedError():
            return "That job has already ended."
        case errors.ThereAlreadyError(is_painted=True):
            return "That picture is there already."
        case errors.ThereAlreadyError():
            return "That is being painted already, by your last press."
        case errors.CannotDoError(reason=reason):
            return reason
        case errors.FullError():
            return "My disk is full, so I take no new work. My operator has to make room; nothing of yours is lost."
        case errors.WrongButtonError(is_old=True):
            return "That button is from an older version of me. `/show` brings the picture back with new ones."
        case _:
            return "That button is not one of mine, or it was changed on its way. Nothing has happened."
