"""Stripe's own library is an extra: it has to be there where a signing secret is set, and nowhere else."""

from __future__ import annotations

import importlib
from typing import Final

PROBLEM: Final = (
    "ATELIER_STRIPE_SECRET is set, and Stripe's own library, which checks what is signed with it, is not installed."
)
REMEDY: Final = (
    "Install it: .venv/bin/pip install -c constraints.txt -e '.[stripe]'; or leave ATELIER_STRIPE_SECRET empty."
)


class NoStripeError(Exception):
    """Payments would go unheard."""

    def __init__(self) -> None:
        super().__init__(f"{PROBLEM} {REMEDY}")


def load_stripe(secret: str) -> None:
    """Before anybody is served: the first import takes a while. Raises NoStripeError."""
    if not secret:
        return
    try:
        importlib.import_module("stripe")
    except ImportError as error:
        raise NoStripeError from error
