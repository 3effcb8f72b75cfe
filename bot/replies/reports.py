"""What moderators and the operator read of reported pictures."""

from __future__ import annotations

from collections.abc import Sequence

from bot.kinds import Kind
from bot.replies import escaped, mention, shortened, title, what
from bot.replies.views import Style, stamp
from bot.store.jobs import Job
from bot.store.reports import Report

NONE = "No picture is waiting for your decision."
TAKE_AWAY = "Take away"
LEAVE = "Leave it"
PROMPT = 100  # characters
REASON = 200
REPORTERS = 5


def head(count: int, shown: int) -> str:
    words = "One picture was reported." if count == 1 else f"{count} pictures were reported."
    return f"## {words}" + (f"\nThe first {shown}; decide, and the next ones follow." if shown < count else "")


def reported(number: int, job: Job, found: Sequence[Report], link: str) -> str:
    about = " · ".join(filter(None, [title(job.text, PROMPT), what(Kind(job.kind), job.parent_cell)]))
    lines = [f"**{number}.** {about} · by {mention(job.member_id)} · `{job.id}` {link}".rstrip()]
    lines += [_report(one) for one in found[:REPORTERS]]
    if len(found) > REPORTERS:
        lines.append(f"… and {len(found) - REPORTERS} more reports")
    return "\n".join(lines)


def _report(report: Report) -> str:
    is_said = bool(report.reason.strip()) and report.exhibit is None
    reason = f": “{escaped(shortened(report.reason, REASON))}”" if is_said else ""
    return f"🚩 {mention(report.reporter_id)} {stamp(report.created_at, Style.RELATIVE)}{reason}"
