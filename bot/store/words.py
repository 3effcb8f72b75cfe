"""The closed sets of words that columns hold, and what they mean."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Of a job: queued -> running -> rendered -> done, or failed or cancelled on the way; deleted at last."""

    QUEUED = "queued"  # stored and paid for; perhaps waiting in an engine
    RUNNING = "running"  # an engine has started it
    RENDERED = "rendered"  # pictures and settlement are stored; the answer is in the outbox
    DONE = "done"  # the answer was delivered
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETED = "deleted"  # its pictures are gone


OPEN: Final = (State.QUEUED, State.RUNNING)  # whose credit is held: exactly these have a reservation without an end
UNFINISHED: Final = (*OPEN, State.RENDERED)  # of which the member has not heard the end
ENDED: Final = (State.DONE, State.FAILED, State.CANCELLED)


class Privacy(StrEnum):
    PUBLIC = "public"  # whoever sees its server sees it
    PRIVATE = "private"  # asked for where nobody else reads
    STEALTH = "stealth"  # in no other member's view, count or search, wherever it was asked for


class Sending(StrEnum):
    """Of a row of the outbox."""

    PENDING = "pending"
    SENDING = "sending"  # given to Discord; whether it arrived is not known yet
    SENT = "sent"
    DROPPED = "dropped"  # it can never arrive: `error` says why


class Account(StrEnum):
    """Where a member's GPU time is. `granted` is the source, so it alone sinks below zero, and `debt` when owed."""

    AVAILABLE = "available"
    HELD = "held"
    SPENT = "spent"
    GRANTED = "granted"
    EXPIRED = "expired"
    DEBT = "debt"


class Act(StrEnum):
    """What moved GPU time."""

    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    REFUND = "refund"
