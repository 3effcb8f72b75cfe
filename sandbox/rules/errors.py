"""How Discord refuses: an HTTP status, a JSON code, a sentence, and for forms a tree of what is wrong where.

ApiError
 └─ FormError   400 / 50035: `errors` mirrors the shape of the body
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal, as it goes over the wire. `UNKNOWN_CHANNEL` and the others below are made by calling them."""

    def __init__(self, status: int, code: int, message: str, extra: Json | None = None) -> None:
        super().__init__(f"{status} ({code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra or {}

    def body(self) -> Json:
        return {"message": self.message, "code": self.code, **self.extra}


class FormError(ApiError):
    """400 / 50035. Built by `Faults.raise_if_any`."""

    def __init__(self, errors: Json) -> None:
        super().__init__(400, 50035, "Invalid Form Body", {"errors": errors})


Path = tuple[str | int, ...]


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with a body, each with its place, so that one answer tells it all."""

    found: list[tuple[Path, str, str]] = field(default_factory=list)

    def add(self, path: Path, code: str, message: str) -> None:
        self.found.append((path, code, message))

    def tree(self) -> Json:
        root: Json = {}
        for path, code, message in self.found:
            node = root
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return root

    def raise_if_any(self) -> None:
        if self.found:
            raise FormError(self.tree())


@dataclass(frozen=True, slots=True)
class Refusal:
    """One of Discord's fixed errors; call it to get the exception."""

    status: int
    code: int
    message: str

    def __call__(self, **extra: Any) -> ApiError:
        return ApiError(self.status, self.code, self.message, extra)


# Source of codes and sentences: Discord's documentation, "Opcodes and Status Codes", JSON error codes.
UNAUTHORIZED = Refusal(401, 0, "401: Unauthorized")
NOT_FOUND = Refusal(404, 0, "404: Not Found")
METHOD_NOT_ALLOWED = Refusal(405, 0, "405: Method Not Allowed")
UNKNOWN_APPLICATION = Refusal(404, 10002, "Unknown Application")
UNKNOWN_CHANNEL = Refusal(404, 10003, "Unknown Channel")
UNKNOWN_GUILD = Refusal(404, 10004, "Unknown Guild")
UNKNOWN_INVITE = Refusal(404, 10006, "Unknown Invite")
UNKNOWN_MEMBER = Refusal(404, 10007, "Unknown Member")
UNKNOWN_MESSAGE = Refusal(404, 10008, "Unknown Message")
UNKNOWN_OVERWRITE = Refusal(404, 10009, "Unknown permission overwrite")
UNKNOWN_ROLE = Refusal(404, 10011, "Unknown Role")
UNKNOWN_TOKEN = Refusal(404, 10012, "Unknown Token")
UNKNOWN_USER = Refusal(404, 10013, "Unknown User")
UNKNOWN_EMOJI = Refusal(400, 10014, "Unknown Emoji")
UNKNOWN_WEBHOOK = Refusal(404, 10015, "Unknown Webhook")
UNKNOWN_BAN = Refusal(404, 10026, "Unknown Ban")
UNKNOWN_SKU = Refusal(404, 10027, "Unknown SKU")
UNKNOWN_ENTITLEMENT = Refusal(404, 10029, "Unknown Entitlement")
UNKNOWN_INTERACTION = Refusal(404, 10062, "Unknown interaction")
UNKNOWN_COMMAND = Refusal(404, 10063, "Unknown application command")
UNKNOWN_COMMAND_PERMISSIONS = Refusal(404, 10066, "Unknown application command permissions")
UNKNOWN_TAG = Refusal(404, 10087, "Unknown tag")
UNKNOWN_SUBSCRIPTION = Refusal(404, 10100, "Unknown Subscription")
BOTS_CANNOT = Refusal(403, 20001, "Bots cannot use this endpoint")
ONLY_BOTS = Refusal(403, 20002, "Only bots can use this endpoint")
MAX_PINS = Refusal(400, 30003, "Maximum number of pins reached for the channel (250)")
MAX_REACTIONS = Refusal(400, 30010, "Maximum number of reactions reached (20)")
MAX_WEBHOOKS = Refusal(400, 30007, "Maximum number of webhooks reached (15)")
MAX_EMOJI = Refusal(400, 30008, "Maximum number of emojis reached")
MAX_ANIMATED_EMOJI = Refusal(400, 30018, "Maximum number of animated emojis reached")
MAX_INVITES = Refusal(400, 30016, "Maximum number of invites reached (1000)")
MAX_CHANNELS = Refusal(400, 30013, "Maximum number of server channels reached (500)")
MAX_ROLES = Refusal(400, 30005, "Maximum number of server roles reached (250)")
MAX_COMMANDS = Refusal(400, 30032, "Maximum number of application commands reached (100)")
MAX_COMMAND_CREATES = Refusal(
    400, 30034, "Max number of daily application command creates has been reached (200)"
)  # [?] the status
MAX_OLD_EDITS = Refusal(429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later")
MAX_TAGS = Refusal(400, 30048, "Maximum number of tags in a forum channel has been reached")
BAD_TOKEN = Refusal(401, 50014, "Invalid authentication token provided")
ENTITY_TOO_LARGE = Refusal(413, 40005, "Request entity too large")
CANNOT_SEND_IN_FORUM = Refusal(400, 40058, "Cannot send a message in a forum channel")
ALREADY_ACKNOWLEDGED = Refusal(400, 40060, "Interaction has already been acknowledged.")
TAG_NAMES_UNIQUE = Refusal(400, 40061, "Tag names must be unique")
TAG_REQUIRED = Refusal(400, 40067, "A tag is required to create a forum post in this channel")
WEBHOOK_NEEDS_THREAD = Refusal(400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id")
WEBHOOK_HAS_THREAD = Refusal(
    400, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
)
WEBHOOK_NO_FORUM = Refusal(400, 220003, "Webhooks can only create threads in forum channels")
INVALID_SKU = Refusal(400, 50057, "Invalid SKU")
MISSING_SCOPE = Refusal(403, 50026, "Missing required OAuth2 scope")
INVITE_USER_BANNED = Refusal(403, 40007, "The user is banned from this guild.")
THREAD_EXISTS = Refusal(400, 160004, "A thread has already been created for this message")
THREAD_LOCKED = Refusal(400, 160005, "Thread is locked")
MISSING_ACCESS = Refusal(403, 50001, "Missing Access")
CANNOT_ON_DM = Refusal(400, 50003, "Cannot execute action on a DM channel")
CANNOT_EDIT_OTHERS = Refusal(403, 50005, "Cannot edit a message authored by another user")
EMPTY_MESSAGE = Refusal(400, 50006, "Cannot send an empty message")
CANNOT_DM_USER = Refusal(403, 50007, "Cannot send messages to this user")
CANNOT_SEND_HERE = Refusal(400, 50008, "Cannot send messages in a non-text channel")
MISSING_PERMISSIONS = Refusal(403, 50013, "Missing Permissions")
TOO_MANY_OR_FEW_TO_DELETE = Refusal(
    400,
    50016,
    "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete",
)
PIN_ELSEWHERE = Refusal(400, 50019, "A message can only be pinned to the channel it was sent in")
CANNOT_ON_SYSTEM_MESSAGE = Refusal(403, 50021, "Cannot execute action on a system message")
CANNOT_ON_CHANNEL_TYPE = Refusal(400, 50024, "Cannot execute action on this channel type")
WEBHOOK_TOKEN = Refusal(401, 50027, "Invalid Webhook Token")
INVALID_ROLE = Refusal(400, 50028, "Invalid Role")
TOO_OLD_TO_BULK_DELETE = Refusal(400, 50034, "A message provided was too old to bulk delete")
INVALID_STICKER = Refusal(400, 50081, "Invalid sticker sent")
THREAD_ARCHIVED = Refusal(400, 50083, "Thread is archived")
INVALID_JSON = Refusal(400, 50109, "The request body contains invalid JSON.")
CANNOT_REPLY_WITHOUT_HISTORY = Refusal(400, 160002, "Cannot reply without permission to read message history")
REACTION_BLOCKED = Refusal(403, 90001, "Reaction was blocked")
VOICE_WITH_CONTENT = Refusal(400, 50159, "Voice messages do not support additional content.")
VOICE_WITHOUT_FILE = Refusal(400, 50160, "Voice messages must have a single audio attachment.")
VOICE_WITHOUT_METADATA = Refusal(400, 50161, "Voice messages must have supporting metadata.")
FORWARD_WITH_CONTENT = Refusal(400, 160011, "Forward messages cannot have additional content")
INTERNAL_SERVER_ERROR = Refusal(500, 0, "500: Internal Server Error")
MAX_FOLLOWUPS = Refusal(400, 40094, "This interaction has reached the maximum number of follow-up messages")
NOT_AUTHORIZED_FOR_APPLICATION = Refusal(
    403, 20012, "You are not authorized to perform this action on this application"
)
BAD_OAUTH_TOKEN = Refusal(400, 50025, "Invalid OAuth2 access token provided")


def slowmode(retry_after: float) -> ApiError:
    """How long a member must still wait in a channel."""
    extra: Json = {"retry_after": round(retry_after, 3), "global": False}
    return ApiError(429, 20016, "This action cannot be performed due to slowmode rate limit", extra)
