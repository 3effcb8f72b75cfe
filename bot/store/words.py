"""The closed sets of words that columns hold, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Of a job: queued -> running -> rendered -> done, or failed or cancelled on the way; deleted at last."""

    QUEUED = "queued"  # stored and paid for; perhaps waiting in an engine
    RUNNING = "running"  # its turn has come: it is prepared or painted
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


class Audience(StrEnum):
    """Who may see a picture, from the fewest to the most. Each is part of the next."""

    PRIVATE = "private"  # its maker
    FRIENDS = "friends"  # those whom the maker has named
    ROLES = "roles"  # also those who have one of the roles on its server that the maker has named
    SERVER = "server"  # whoever sees its server
    GALLERY = "gallery"  # whoever sees the server's gallery, and its window on the web


class Hanging(StrEnum):
    """Of an exhibit, whether it hangs in its server's gallery."""

    SHOWN = "shown"
    HIDDEN = "hidden"  # and can be hung again
    DELETED = "deleted"  # its picture is no more


class Running(StrEnum):
    """Of a day with its theme."""

    OPEN = "open"  # pictures and votes are taken
    ENDED = "ended"


class Shape(StrEnum):
    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"


class Scope(StrEnum):
    """What a page of the gallery looks through."""

    ALL = "all"  # whatever its member may see from there
    MINE = "mine"
    SERVER = "server"  # this one
    KEPT = "kept"  # bookmarks
    DELETED = "deleted"  # one's own, for as long as they can be had back
    DAY = "day"  # what was published within a day, by votes
    WEEK = "week"
    MONTH = "month"
    LIKE = "like"  # what a search by meaning has found


class Sending(StrEnum):
    """Of a row of the outbox."""

    PENDING = "pending"
    SENDING = "sending"  # given to Discord; whether it arrived is not known yet
    SENT = "sent"
    DROPPED = "dropped"  # it can never arrive: `error` says why


class Decision(StrEnum):
    """Of an offer: how far it is from being painted."""

    OPEN = "open"
    TAKEN = "taken"  # its jobs are stored
    DROPPED = "dropped"


class Account(StrEnum):
    """Where GPU time is. `granted` is where it comes from and `debt` what is owed: these two sink below zero."""

    AVAILABLE = "available"
    HELD = "held"  # for jobs under way
    SPENT = "spent"  # by jobs
    GRANTED = "granted"
    EXPIRED = "expired"
    DEBT = "debt"
    GIVEN = "given"  # to another member, or towards a debt


class Act(StrEnum):
    """What moves GPU time."""

    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    REFUND = "refund"
    EXPIRE = "expire"
    ROLL_OVER = "roll-over"  # what a month left over, into the next one
    CLAW_BACK = "claw-back"  # whoever paid for it took the money back
    REPAY = "repay"  # a debt, out of what is granted
    GIFT = "gift"


OF_JOBS: Final = (Act.RESERVE, Act.SETTLE, Act.REFUND)
_ENDING: Final = tuple((Account.HELD, to) for to in (Account.AVAILABLE, Account.EXPIRED, Account.GRANTED))
MOVES: Final[Mapping[Act, tuple[tuple[Account, Account], ...]]] = {
    Act.GRANT: ((Account.GRANTED, Account.AVAILABLE),),
    Act.RESERVE: ((Account.AVAILABLE, Account.HELD),),
    Act.SETTLE: ((Account.HELD, Account.SPENT), *_ENDING),
    Act.REFUND: _ENDING,
    Act.EXPIRE: ((Account.AVAILABLE, Account.EXPIRED),),
    Act.ROLL_OVER: ((Account.AVAILABLE, Account.GRANTED), (Account.GRANTED, Account.AVAILABLE)),
    Act.CLAW_BACK: ((Account.AVAILABLE, Account.GRANTED), (Account.DEBT, Account.GRANTED)),
    Act.REPAY: ((Account.AVAILABLE, Account.GIVEN), (Account.GRANTED, Account.DEBT)),
    Act.GIFT: ((Account.AVAILABLE, Account.GIVEN), (Account.GRANTED, Account.AVAILABLE)),
}
"""Between which accounts each act may move anything, from and to; the database refuses the rest."""


class Source(StrEnum):
    """What gives a member a plan."""

    DISCORD = "discord"  # a subscription in Discord's own shop
    ROLE = "role"  # a role of a server
    GRANT = "grant"  # the operator's word
    STRIPE = "stripe"


class Origin(StrEnum):
    """Where a bucket's GPU time comes from."""

    OPEN = "open"  # a plan without a bound: lent a job, never available between two
    DEFAULT = "default"  # the month of the plan that everybody has
    DISCORD = "discord"  # months of memberships, as their sources are called
    ROLE = "role"
    GRANT = "grant"
    STRIPE = "stripe"
    BOUGHT = "bought"  # hours bought apart
    OPERATOR = "operator"  # hours from the operator
    GIFT = "gift"
    ROLLOVER = "rollover"


class Variability(StrEnum):
    """How far V on a grid varies, unless one says otherwise."""

    STRONG = "strong"
    SUBTLE = "subtle"


GIVEABLE: Final = (Origin.BOUGHT, Origin.OPERATOR, Origin.GIFT)
"""What a member may give away: months are the plan's, and whoever has several accounts would collect those of all."""
