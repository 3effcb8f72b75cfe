"""Every sentence that a member reads. Values in, text out: no Discord, no store."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from bot import errors
from bot.kinds import Kind
from bot.replies import credit, images, offers
from engine import Waiter

MESSAGE_LIMIT = 2000
PROMPT_SHOWN = 900  # characters of a prompt in a message; a longer one is attached as a file
FAILURE_SHOWN = 300
SOON_MS = 1500  # what starts within that starts now
ASIDE_SHOWN = 300  # characters of a prompt beside other news
_MARKS = re.compile(r"([\\*_~`|>\[\]<]|:(?=//))")
_HIDDEN = frozenset(["Cf", "Cc", "Co", "Cs"])  # direction marks and control characters do not belong into a message
_JOINERS = frozenset("\u200c\u200d")  # hidden as well, but scripts and emoji are made of them

BUSY = "I could not do that just now. Nothing was lost; please try again in a moment."
WORDLESS = "(words kept private)"
REMIX_TITLE = "Edit the prompt"
USE_TITLE = "Paint from these words"
RESUMED = "I take new work again."
QUEUE_EMPTY = "Nobody is waiting."
REMIX_LABEL = "Prompt"
REMIX_MORE = "Prompt, continued"
REPORTED = "Thank you. Your report is kept for those who run me."
REPORTED_BEFORE = "You have reported this picture already."
SENT_BY_DM = "It is on its way to you by direct message."
DM_CLOSED = (
    "I could not send you the files that you asked for: your direct messages are closed to me. "
    "Open them in the server's privacy settings and ask again."
)
DELETED = "Deleted. It is out of this channel."
KEPT = "Bookmarked. `/show` brings it back at any time."
KEPT_NO_MORE = "The bookmark is gone."
THERE_AGAIN = "That picture is there already, but its message was taken away. I am posting it once more."
TAKEN_BACK = "This picture is not for everybody here any more."
REFUSED_HERE = "Discord does not take the answer here. It goes to whoever asked for it, by direct message."
CANCELLING = "It is being cancelled; that takes a step at most, and costs nothing."
PUBLISHED = "Published."
NO_GALLERIES = "No server that we share has a gallery yet."
CHOOSE_GALLERY = "Publishing shows this picture, its prompt and your name to everyone who sees the gallery."
NO_GALLERY = "This server has no gallery yet. A moderator can make one with `/setup`."
PUBLISHED_BEFORE = "It is in the gallery already."
KEPT_PRIVATE = "It stays as it is."
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
    shown = "".join(" " if c.isspace() else c for c in text if _is_shown(c))
    return _MARKS.sub(r"\\\1", shown)


def _is_shown(character: str) -> bool:
    return character.isspace() or character in _JOINERS or unicodedata.category(character) not in _HIDDEN


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def title(prompt: str | None, limit: int = PROMPT_SHOWN) -> str:
    """A prompt in bold; None: its maker keeps it private. Cut before it is escaped, so that no escape is cut apart."""
    if prompt is None:
        return f"**{WORDLESS}**"
    shown = escaped(shortened(images.brief(prompt.strip()), limit))
    return f"**{shown}**" if shown.strip() else "**(no words)**"


def duration(ms: float) -> str:
    seconds = max(1, round(ms / 1000))
    if seconds < 100:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def publish_in(server: str) -> str:
    return shortened(f"Publish in {server}", 80)


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
        case Kind.REDO:
            return "in full"
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
        return f"⏳ Waiting, about {duration(starts_in_ms)} to go." if starts_in_ms else "⏳ Waiting."
    if place <= 1 and starts_in_ms < SOON_MS:
        return "⏳ Starting now."
    return f"⏳ Place {place} in the queue, about {duration(starts_in_ms)} to go."


def loading(model: str, share: float) -> str:
    return f"📦 Loading the model {escaped(model)}, {round(share * 100)} %. That happens once."


def painting(percent: int, remaining_ms: int) -> str:
    rest = f", about {duration(remaining_ms)} to go" if remaining_ms >= 1000 else ""
    return f"🎨 {percent} %{rest}"


def failed(message: str) -> str:
    return f"⚠️ {escaped(shortened(message, FAILURE_SHOWN))} Nothing was charged."


CANCELLED = "✖️ Cancelled. Nothing was charged."


def done_by_mention(member: int, took_ms: int) -> str:
    return f"{mention(member)}, your picture is ready ({duration(took_ms)})."


def failed_by_mention(member: int) -> str:
    return f"{mention(member)}, your picture could not be painted; the message that this answers says why."


def direct(prompt: str, job: str, seeds: list[int]) -> str:
    numbers = ", ".join(map(str, seeds))
    return f"{title(prompt)}\nJob `{job}` · seed {shortened(numbers, 100)}"


def newcomer(help_command: str) -> str:
    return (
        "👋 Your first picture is on its way. When it is there, the buttons under it give you one of the four, or more "
        f"like it. {help_command} shows by example what else you can say."
    )


def jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"


def gpu_time(ms: int) -> str:
    return duration(ms) if ms else "none"


def untold(count: int, names: str, command: str) -> str:
    what = "a job was" if count == 1 else f"{count} jobs were"
    return f"While I could not reach you, {what} finished: {names}. {command} brings each one here."


def there_aside(command: str) -> str:
    return (
        "That picture is there already, but not all may see it any more, so I am not posting it once more. "
        f"{command} shows it to you."
    )


def recipe(prompt: str, job: str, data: Mapping[str, Any]) -> str:
    """The numbers that matter, in a line; the file has them all."""
    numbers = (
        f"{data['model']['name']} · {data['width']} x {data['height']} · seed {data['seed']} · {data['steps']} steps"
    )
    return f"{title(prompt)}\n{numbers} · guidance {data['guidance']} · {data['scheduler']}\n-# Job `{job}`"


CARDS = (
    "No model that paints pictures is on this machine yet. Until my operator fetches one, I draw **colour cards**: "
    "your words on the colours that they name. All else works as it will then."
)
AT_HOME = (
    "This Discord is your own, on this machine: switch who you are by the button beside your name, and try what you "
    "like. What you do here is kept."
)


def greeting(imagine_command: str, help_command: str) -> str:
    return (
        "Hello! I paint pictures from words. Tell me what you would like to see:\n"
        f"> {imagine_command} `a red house on green hills at sunset`\n"
        "Four pictures come, with buttons for more of the one that you like. "
        f"{help_command} shows the rest, by example."
    )


def for_managers(setup_command: str) -> str:
    return f"If you manage this server: {setup_command} says where I paint, for whom, and with what."


def listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def paused(under_way: int) -> str:
    if not under_way:
        return "I take no new work. Nothing is under way."
    what = "The job" if under_way == 1 else f"The {under_way} jobs"
    return f"I take no new work. {what} under way will still end."


def blocked(member: int) -> str:
    return f"{mention(member)} can ask for nothing any more. What they had under way is cancelled, and costs nothing."


def unblocked(member: int) -> str:
    return f"I take work from {mention(member)} again."


def progress(waiter: Waiter | None) -> str:
    """Where a job of one's own is."""
    if waiter is None:
        return "about to be handed over"
    state = "being painted" if waiter.place == 0 else f"place {waiter.place}"
    return f"{state}, done in about {duration(waiter.finishes_in_ms)}"


def served(shares: Sequence[tuple[int | None, int]], others: int, waiting: int) -> str:
    """Members, as far as they may be named, and the percentage of the GPU that each has now."""
    if not shares:
        return "-# The GPU is free."
    parts = [f"{mention(member) if member is not None else 'somebody'} {percent} %" for member, percent in shares]
    if others:
        parts.append(f"and {others} more")
    return f"-# The GPU serves {', '.join(parts)}; {waiting or 'none'} waiting."


def queue_line(waiter: Waiter) -> str:
    place = "now" if waiter.place == 0 else f"{waiter.place}."
    return (
        f"{place} {mention(int(waiter.member))} · {waiter.speed} · `{waiter.job}` · {duration(waiter.finishes_in_ms)}"
    )


def prompt_faults(error: errors.WrongPromptError | errors.OverPlanError) -> str:
    """Every fault with its place, as many as fit."""
    parts, length = [], 0
    for fault in error.error.faults:
        line, carets = (part.replace("```", "'''") for part in fault.pointer())
        part = escaped(fault.message) + (f"\n```\n{line}\n{carets}\n```" if line.strip() else "")
        if length + len(part) > MESSAGE_LIMIT - 60:
            parts.append("… and more.")
            break
        parts.append(part)
        length += len(part) + 1
    return "\n".join(parts)


_PLAIN: Mapping[type[errors.Refusal], str] = {
    errors.NotAllowedError: "Only the member who asked for it, or a moderator, may do that.",
    errors.NoJobError: "That picture is not here any more. `/imagine` paints a new one.",
    errors.NotOwnError: "Only the member who had it painted can publish it. ❤️ keeps it among your bookmarks.",
    errors.UnderWayError: "It is still being painted. Cancel it first, with the button under it or by `/queue`.",
    errors.NotAPictureError: "That message holds none of my pictures.",
    errors.NoWordsError: "That message has no words that I could paint from.",
    errors.WordsHiddenError: "Its maker keeps the words of that picture private, so nothing can be made from it.",
    errors.NoViewError: "That page is too old. `/gallery browse` and `/gallery mine` open a new one.",
    errors.NotReadyError: "Its pictures are not ready yet. Please try again when they are there.",
    errors.EndedError: "That job has already ended.",
    errors.NoDraftError: "That was painted in full already.",
    errors.FullError: "My disk is full, so I take no new work. My operator has to make room; nothing of yours is lost.",
}


Unwelcome = (
    errors.StrangerError
    | errors.WrongPlaceError
    | errors.WrongRoleError
    | errors.LacksRightsError
    | errors.BlockedError
    | errors.PausedError
    | errors.NotManagerError
    | errors.NotOwnerError
)


def unwelcome(error: Unwelcome) -> str:
    """Not now, not here, or not for them: nothing is wrong with what was asked."""
    match error:
        case errors.StrangerError(outside=True):
            return (
                "Outside of servers I paint for those who have asked me on one that my operator has listed. "
                "Use `/imagine` there once; from then on it works here as well."
            )
        case errors.StrangerError():
            return "I do not paint on this server: my operator has not listed it. They can add it to ALLOWED_SERVERS."
        case errors.LacksRightsError(rights=lacking):
            return (
                f"I may not {listed(lacking)} in this channel, so no picture could arrive. Somebody who manages it can "
                "let me, in the channel's permissions."
            )
        case errors.NotManagerError():
            return "Only those who manage this server may do that."
        case errors.NotOwnerError():
            return "Only my operator may do that: whoever stands in OWNERS."
        case errors.WrongPlaceError(channels=channels):
            places = ", ".join(f"<#{channel}>" for channel in channels[:10])
            return f"On this server I paint in {places}."
        case errors.WrongRoleError(roles=roles):
            names = ", ".join(f"<@&{role}>" for role in roles[:10])
            return f"On this server I paint for {names}. A moderator can tell you how to get there."
        case errors.BlockedError(reason=reason):
            why = f" The reason: “{escaped(reason)}”." if reason else ""
            return f"My operator has blocked you from painting.{why} Please talk to them."
        case errors.PausedError(drains=True):
            return "I am about to be started again and take no new work for a moment. What you have asked for goes on."
        case errors.PausedError(reason=reason):
            why = f" ({escaped(reason)})" if reason else ""
            return f"Painting is paused{why}. What you have asked for is kept; please come back a little later."
    assert_never(error)


def ceiling(error: errors.CeilingError | errors.WrongCeilingError) -> str:
    match error:
        case errors.CeilingError(what="turbo"):
            return "There is no turbo in this channel; leave --turbo out."
        case errors.CeilingError(what=what, most=most, asked=asked):
            bound = f"{most:g} pixels a side" if what == "size" else f"{what} {most:g}"
            return f"In this channel {bound} is the most, and that would be {asked:g}. Ask for less of it."
        case errors.WrongCeilingError(words=words):
            known = "size 1024, steps 40, quality 2, no turbo"
            named = escaped(shortened(words, 60))
            return f"I know no ceiling “{named}”, so nothing was changed. Write, for example: {known}."
    assert_never(error)


def refusal(error: errors.Refusal) -> str:
    match error:
        case errors.WrongPromptError():
            return prompt_faults(error)
        case errors.StrangerError() | errors.WrongPlaceError() | errors.WrongRoleError() | errors.LacksRightsError():
            return unwelcome(error)
        case errors.BlockedError() | errors.PausedError() | errors.NotManagerError() | errors.NotOwnerError():
            return unwelcome(error)
        case errors.PlanError() | errors.NoRoomError():
            from bot.replies import modes  # which is made of the sentences of this file

            return modes.refusal(error)
        case errors.NoCellError(count=1):
            return "That is one picture on its own; it has no others."
        case errors.NoCellError(count=count):
            return f"It has {count} pictures, and that is none of them."
        case errors.NoCreditError(available_gpu_ms=left, needed_gpu_ms=needed):
            return (
                f"That may take {gpu_time(needed)} of GPU time, and you have {gpu_time(left)} left. `/info` says more."
            )
        case errors.ConfirmError() | errors.OfferGoneError() | errors.NoRoomForAllError() | errors.OverPlaceError():
            return offers.unconfirmed(error)
        case errors.OverPlanError():
            return f"{prompt_faults(error)}\n{offers.over_plan(error)}"
        case (
            errors.CannotGiveError() | errors.ServerLimitError() | errors.ServerSpeedError() | errors.WrongAmountError()
        ):
            return credit.refused(error)
        case errors.ThereAlreadyError(is_painted=True):
            return "That picture is there already."
        case errors.ThereAlreadyError():
            return "That is being painted already, by your last press."
        case errors.CannotDoError(reason=reason):
            return reason
        case errors.NoCollectionError(name=name):
            return f"You have no collection called “{escaped(name)}”. `/collection list` names those that you have."
        case errors.CeilingError() | errors.WrongCeilingError():
            return ceiling(error)
        case errors.UnusablePictureError():
            return images.unusable(error)
        case errors.WrongButtonError(is_old=True):
            return "That button is from an older version of me. `/show` brings the picture back with new ones."
        case errors.WrongButtonError():
            return "That button is not one of mine, or it was changed on its way. Nothing has happened."
        case _:
            return _PLAIN[type(error)]
