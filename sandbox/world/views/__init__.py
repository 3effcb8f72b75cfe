"""How things look on the wire: an entity and who looks, to Discord's JSON.

Absent is not null: optional keys are left out.
"""

from sandbox.world.views.channels import channel_view, overwrite_view, thread_member_view
from sandbox.world.views.commerce import entitlement_view, sku_view, subscription_view
from sandbox.world.views.guilds import guild_create_view, guild_view, ready_view
from sandbox.world.views.interactions import command_view, interaction_view
from sandbox.world.views.members import emoji_view, member_view, role_view
from sandbox.world.views.messages import attachment_view, message_view, reaction_emoji_view
from sandbox.world.views.users import application_view, user_view
from sandbox.world.views.webhooks import application_webhook_view, webhook_view

__all__ = [
    "application_view",
    "application_webhook_view",
    "attachment_view",
    "channel_view",
    "command_view",
    "emoji_view",
    "entitlement_view",
    "guild_create_view",
    "guild_view",
    "interaction_view",
    "member_view",
    "message_view",
    "overwrite_view",
    "reaction_emoji_view",
    "ready_view",
    "role_view",
    "sku_view",
    "subscription_view",
    "thread_member_view",
    "user_view",
    "webhook_view",
]
