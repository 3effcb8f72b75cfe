"""What is said of a community: the day's theme and votes, who is at the top, digests, profiles, whom one follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.community.calendar import DAY, Week
from bot.community.features import Feature
from bot.replies import MESSAGE_LIMIT, escaped, mention, shortened, title
from bot.replies.views import Style, pictures, stamp

OPEN, BACK = "The community …", "Back"
PANEL = (
    "**The community**\nWhat members do together here. Each part is off until you choose it; a day that has begun goes "
    "on to its end."
)
ASK_FEATURES, ASK_PLACE = "What is on (none: nothing)", "Where days and digests are posted (none: the gallery)"
FEATURES: Final[Mapping[Feature, str]] = {
    Feature.DAILY: "A theme a day, with votes",
    Feature.DIGEST: "A digest of each week",
    Feature.TOP: "/top: pictures by votes",
    Feature.PROFILE: "/profile: what a maker has made",
    Feature.FOLLOW: "/follow: direct notes of makers and themes",
}
NO_PLACE = "There is no gallery, and no channel chosen: days and digests wait until there is one."
VOTE, ENTER, LEFT, RIGHT, SKIP = "Vote", "Enter a picture", "The left one", "The right one", "Neither"
ASK_PICTURE = "Which picture do you enter?"
FOLLOW, UNFOLLOW, OPEN_POST, MORE = "Follow", "Do not follow any more", "Open it", "The top of this week"
NO_DAY = "There is no theme yet today. A moderator turns days on with `/setup`."
DAY_OVER = "That day is over. `/daily today` shows the one that is on."
NOT_PUBLIC = (
    "Only a picture of your own that everybody on this server may see can be entered. `/gallery mine` shows it to them."
)
NOTHING_TO_ENTER = "You have no picture yet that everybody on this server may see. Paint one in a channel here."
VOTED_ON = "Somebody has voted on the picture that you entered, so it stays. Tomorrow is another day."
NOT_YOURS = "Your own pictures are not yours to judge."
ALL_SEEN = "You have compared all there is to compare. New pictures may still come today."
TOO_FEW = "Two pictures of other members are needed before there is anything to compare. Come back later."
WHICH = "**Which one does the theme better justice?**"
NOT_MODERATOR = "Only a moderator of this server sets themes."
NOT_YOURSELF = "You hear of your own pictures anyhow."
FOLLOWS_NOBODY = "You follow nobody and nothing here. `/follow maker` and `/follow theme` change that."
GONE_ALREADY = "You do not follow that any more."
NOTHING_AT_THE_TOP = "Nobody has voted for a picture of that time yet."
SEEN_NO_MORE = "*The winner may not be shown any more.*"
BEST: Final = "**Best**"
NEWEST: Final = "**Newest in the gallery**"
DIGEST_EMPTY = "*None of these pictures may be shown any more.*"
PERIODS: Final = {"day": "The last 24 hours", "week": "The last 7 days", "month": "The last 30 days"}
SHOWN = 80  # characters of a prompt in a list


def off(feature: Feature) -> str:
    return f"That is not turned on here ({FEATURES[feature]}). A moderator can do so with `/setup`, *{OPEN}*."


def panel(place: int | None, fault: str, *, is_chosen: bool) -> str:
    if place is None:
        return f"{PANEL}\n⚠️ {NO_PLACE}"
    where = f"Days and digests: <#{place}>{'' if is_chosen else ' (the gallery)'}."
    return "\n".join([PANEL, where, *([f"⚠️ {fault}"] if fault else [])])


# -- the day ----------------------------------------------------------------------------------------------------------


def day_name(theme: str, day: str) -> str:
    return shortened(f"{day} · {theme}", 100)


def day_card(theme: str, ends_at: datetime, set_by: int | None, before: str) -> str:
    by = f" · set by {mention(set_by)}" if set_by is not None else ""
    lines = [
        f"## Today's theme: {escaped(theme)}",
        f"Paint, then *{ENTER}*: one picture of your own that everybody here may see. *{VOTE}* shows you two at a "
        "time; choose as often as you like.",
        f"-# Ends {stamp(ends_at, Style.RELATIVE)}{by}",
    ]
    return "\n".join([*lines, *([before] if before else [])])


def day_ended(theme: str, day: str, result: str) -> str:
    return f"## {day}: {escaped(theme)}\n{result}"


def no_winner(count: int) -> str:
    return f"The day is over. {pictures(count).capitalize()} came, and too few votes to tell a winner."


def won(maker: int) -> str:
    return f"The day is over. 🏆 {mention(maker)} has won."


def won_before(theme: str, maker: int, link: str) -> str:
    return f"🏆 The last theme, “{escaped(theme)}”, was won by {mention(maker)}{': ' + link if link else '.'}"


def winner(theme: str, number: int, maker: int, counts: tuple[int, int], others: Sequence[tuple[int, int]]) -> str:
    """`counts` are pictures and votes; `others` the next by place and maker. The first line is of this day alone."""
    lines = [
        f"## 🏆 № {number} wins “{escaped(theme)}”",
        f"by {mention(maker)} · {pictures(counts[0])}, {votes(counts[1])}",
    ]
    return "\n".join([*lines, *(f"-# {place}. {mention(other)}" for place, other in others)])


def candidate(number: int) -> str:
    return f"**№ {number}**"


def today(theme: str, ends_at: datetime, counts: tuple[int, int], link: str, waiting: Sequence[str]) -> str:
    lines = [
        f"**Today's theme: {escaped(theme)}** {link}".rstrip(),
        f"{pictures(counts[0]).capitalize()}, {votes(counts[1])} · ends {stamp(ends_at, Style.RELATIVE)}",
    ]
    if waiting:
        lines.append("Next themes: " + ", ".join(f"“{escaped(words)}”" for words in waiting))
    return "\n".join(lines)


def entered(theme: str, *, instead: bool) -> str:
    what = "takes the place of the one before" if instead else "is in"
    return f"Your picture {what}: “{escaped(theme)}”. Nobody is told whose it is before the day ends."


def theme_set(words: str, before: int) -> str:
    when = "the next day" if before == 0 else f"the day after {before} more"
    return f"“{escaped(words)}” is the theme of {when}."


def voted(count: int) -> str:
    return f"{WHICH}\n-# {votes(count).capitalize()} of yours today."


def votes(count: int) -> str:
    return "1 vote" if count == 1 else f"{count} votes"


# -- lists ------------------------------------------------------------------------------------------------------------


def top(period: str, lines: Sequence[str]) -> str:
    return "\n".join([f"## {PERIODS[period]}, by votes", *(lines or [NOTHING_AT_THE_TOP])])


def line(place: int, words: str | None, maker: int, count: int, link: str) -> str:
    """`words` is None if its maker keeps them private."""
    shown = title(words, SHOWN)
    return f"{place}. {f'[{shown}]({link})' if link else shown} · {mention(maker)} · {votes(count)}"


def digest_name(week: Week) -> str:
    first, last = week.starts_at, week.ends_at - DAY
    return f"The week in pictures · {first.day} {first:%B} to {last.day} {last:%B %Y}"


def digest(week: Week, lines: Sequence[str]) -> str:
    """As many whole lines as fit; the sheet has them all."""
    text = f"## {digest_name(week)}"
    for line in lines or [DIGEST_EMPTY]:
        if len(text) + len(line) < MESSAGE_LIMIT:
            text += f"\n{line}"
    return text


def profile(
    maker: int,
    joined: datetime | None,
    counts: tuple[int, int, int, int],
    styles: Sequence[tuple[str, int]],
    lines: Sequence[str],
) -> str:
    """`counts`: pictures that may be seen, in the gallery, votes for them, days won."""
    told = [f"## {mention(maker)}"]
    if joined is not None:
        told.append(f"Here since {stamp(joined)}")
    seen, hung, gained, days = counts
    told.append(
        f"{pictures(seen)}, {hung} in the gallery · {votes(gained)} · {days} {'day' if days == 1 else 'days'} won"
    )
    if styles:
        told.append("Mostly: " + ", ".join(f"{escaped(name)} ({count})" for name, count in styles))
    return shortened("\n".join((*told, *lines)), 3500)


# -- following --------------------------------------------------------------------------------------------------------


def follows_maker(maker: int, *, is_new: bool) -> str:
    told = f"You follow {mention(maker)}" if is_new else f"You follow {mention(maker)} already"
    return f"{told}: I write to you when a picture of theirs comes into this server's gallery."


def follows_words(words: str, *, is_new: bool) -> str:
    told = "You follow" if is_new else "You follow already"
    return f"{told} “{escaped(words)}”: I write to you when a picture of these words, or such a day, comes here."


def follows_no_more(maker: int | None, words: str | None) -> str:
    return f"You do not follow {name_of(maker, words)} any more."


def name_of(maker: int | None, words: str | None) -> str:
    return mention(maker) if maker is not None else f"“{escaped(words or '')}”"


def follows(found: Sequence[tuple[int | None, str | None]]) -> str:
    return "\n".join(["**You follow here**", *(f"- {name_of(*one)}" for one in found)]) if found else FOLLOWS_NOBODY


def too_many(most: int) -> str:
    return f"You follow {most} here, which is as many as there may be. `/follow stop` makes room."


def note(maker: int, words: str | None, server: str, why: str | None) -> str:
    """`why` are the words that a member follows; None if it is the maker."""
    because = f"you follow “{escaped(why)}”" if why is not None else "you follow them"
    told = f"A new picture by {mention(maker)} is in the gallery of {escaped(server)}: {title(words, SHOWN)}"
    return f"{told}\n-# I write because {because}."


def note_of_day(theme: str, server: str, why: str) -> str:
    told = f"Today's theme on {escaped(server)} is **{escaped(theme)}**."
    return f"{told}\n-# I write because you follow “{escaped(why)}”."
