"""Sentences of the community that have to fit, and may not be cut in the middle of an address."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.community.calendar import last_week
from bot.replies import MESSAGE_LIMIT, WORDLESS
from bot.replies import community as words

LINK = "https://discord.com/channels/1573704227421683716/1573704248128962560/1573704248128962560"
WEEK = last_week(datetime(2026, 11, 21, tzinfo=UTC))


def test_a_digest_drops_whole_lines_where_there_is_no_room() -> None:
    lines = [words.line(place, "a red house " * 20, 80_351_110_224_678_912, 12, LINK) for place in range(1, 13)]
    text = words.digest(WEEK, lines)
    assert len(text) <= MESSAGE_LIMIT
    told = text.split("\n")
    assert told[0] == "## The week in pictures · 9 November to 15 November 2026"
    assert len(told) > 6
    assert told[1:] == lines[: len(told) - 1]


def test_words_that_are_kept_private_are_not_in_a_list() -> None:
    assert WORDLESS in words.line(1, None, 5, 1, LINK)
    assert words.line(1, None, 5, 1, LINK).endswith("· 1 vote")


def test_a_line_leads_to_its_post_by_its_own_words() -> None:
    assert words.line(2, "a red house", 5, 3, LINK) == f"2. [**a red house**]({LINK}) · <@5> · 3 votes"
    assert r"\[red\](https\://a.b)" in words.line(2, "a [red](https://a.b) house", 5, 3, LINK)


def test_a_theme_cannot_format_the_card_of_its_day() -> None:
    text = words.day_card("**loud** <@5> [x](https://a.b)", datetime(2026, 11, 22, tzinfo=UTC), None, "")
    assert "<@5>" not in text
    assert "**loud**" not in text
