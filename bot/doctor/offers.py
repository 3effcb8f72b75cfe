"""What the doctor sees of the plans: whether their file can be used, and what they sell that a licence forbids."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.doctor.finding import Finding, fault, fine, listed, warning
from bot.frame.settings import Settings

if TYPE_CHECKING:
    from bot.plans.plan import Plan, Plans
    from engine import Catalog


async def check_plans(settings: Settings) -> list[Finding]:
    return await asyncio.to_thread(_judge_file, settings)


def _judge_file(settings: Settings) -> list[Finding]:
    try:
        from bot.plans.reader import SHIPPED, PlansError, read_plans
        from engine import CatalogError, load_catalog
    except ImportError:
        return []  # whoever looks at the packages says so
    try:
        plans = read_plans(settings.plans or SHIPPED)
    except PlansError as error:
        return [fault("plans", sentence, "A running bot keeps the plans from before.") for sentence in error.sentences]
    try:
        found = list(judge_plans(plans, load_catalog(*settings.catalogs)))
    except CatalogError:
        found = []  # whoever looks at the models says so
    if not settings.stripe_secret and (unheard := [plan.title for plan in plans if plan.stripe]):
        problem = f"Stripe sells {listed(unheard)}, and is not heard."
        found.append(warning("plans", problem, "Set ATELIER_STRIPE_SECRET (docs/plans.md)."))
    names = ", ".join(plan.name for plan in plans)
    return found or [fine("plans", f"Everybody has {plans.default.title}. There are: {names}.")]


def judge_plans(plans: Plans, catalog: Catalog) -> Iterable[Finding]:
    if plans.default.is_paid:
        problem = f"Everybody has {plans.default.title} without paying, though it has a price."
        yield warning("plans", problem, "Name a plan without a price as default.")
    for plan in plans:
        if unknown := sorted(_named(plan) - set(catalog.names)):
            problem = f"{plan.title} names models that nobody knows: {listed(unknown)}."
            yield warning("plans", problem, "`python -m engine --list-models` lists them.")
    sold = [plan for plan in plans if plan.is_paid and plan.offered]
    refused = [
        entry.name
        for entry in catalog.offered
        if any(plan.has_model(entry.name) and plan.is_against_licence(entry) for plan in sold)
    ]
    if refused:
        problem = f"Licences forbid to sell pictures of {listed(refused)}; paid plans are to go without."
        remedy = "If you have their makers' consent, name them as confirmed; otherwise leave them out of models."
        yield warning("plans", problem, remedy)


def _named(plan: Plan) -> frozenset[str]:
    return (plan.models or frozenset()) | plan.confirmed
