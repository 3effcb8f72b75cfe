"""Looks at everything that the bot needs, at once and without changing anything, and says how to mend each fault."""

from bot.doctor.finding import Check, Finding, Mark
from bot.doctor.visit import examine, run_doctor

__all__ = ["Check", "Finding", "Mark", "examine", "run_doctor"]
