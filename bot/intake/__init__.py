"""From a member's wish to a stored job that the engine has: permission, price, one transaction, the hand-over. The only
room that asks the engine to paint, to cancel, what it would cost and who waits. Knows no message.
"""

from bot.intake.balance import Low
from bot.intake.handover import MOST_DEATHS
from bot.intake.intake import Accepted, Intake
from bot.intake.secrecy import Words, is_aside
from bot.intake.wishes import Wish

__all__ = ["MOST_DEATHS", "Accepted", "Intake", "Low", "Wish", "Words", "is_aside"]
