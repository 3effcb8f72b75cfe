"""What is said of the gallery's channel: its guidelines, its posts, and who may change what."""

from __future__ import annotations

from collections.abc import Sequence

from bot.replies import escaped, mention, shortened, title

NAME_LIMIT = 100
UNTITLED = "Untitled"
HIDDEN = "*This picture was taken down. Its maker or a moderator can put it back.*"
HIDE, RESTORE, RECIPE, USE, PARENT = "Take down", "Put it back", "Recipe", "Use this prompt", "Where it comes from"
VARY, UPSCALE = "Vary", "Upscale"
TAKEN_DOWN = "It is taken down. Its votes are kept, in case you put it back."
DOWN_ALREADY = "It does not hang in the gallery any more."
PUT_BACK = "It hangs again, as a new post with the votes it had."
VOTES_KEPT = "What hung before has the votes that it had."
WINDOW = "On the web"
UP_ALREADY = "It hangs in the gallery already."
NOT_YOURS = "Only the picture's maker or a moderator of this server can do that."
BY_MODERATOR = "A moderator has taken it down, so only a moderator can put it back."
FULLY_GONE = "That picture was deleted; nothing is left to put back."
HIDDEN_BEFORE = "It was in the gallery and is taken down. Shall it hang again?"
GALLERY = "gallery"
TOPIC = "Pictures painted here that somebody found worth keeping. A ⭐ under a picture of yours brings it here."
GUIDELINES_NAME = "Welcome to the gallery"

PANEL = "**The gallery**\nA channel where the pictures live that are worth keeping: one post a picture. "
NO_CHANNEL = "There is none yet. Choose a channel, or let me make one."
ASK_STARS = "Stars of others that publish a picture"
ASK_SEERS = "Who sees a gallery that I make (none: everyone)"
ASK_CHANNEL = "The gallery's channel"
MAKE = {"forum": "Make a forum", "media": "Make a media channel", "text": "Make a text channel"}
TEND, OPEN, BACK = "Add tags and guidelines", "The gallery …", "Back"
MADE_BEFORE = "This server has a gallery already; choose another channel from the menu to change it."
CANNOT_MAKE = (
    "I may not make channels here. Give my role *Manage Channels* (Server Settings, Roles) and press again, or make "
    "one yourself and choose it from the menu."
)
NO_COMMUNITY = (
    "Discord did not let me make that channel. Forums and media channels belong to Community servers: turn that on in "
    "Server Settings, Enable Community, or let me make a text channel."
)
NOT_REACHED = "Discord could not be reached just now; press again in a moment."
NO_TAGS = "I may not add tags there: that needs *Manage Channels* in that channel."


def topic(window: str) -> str:
    return f"{TOPIC} On the web: {window}" if window else TOPIC


def guidelines(imagine: str) -> str:
    return (
        f"## {GUIDELINES_NAME}\n"
        "Every post here is one picture that was painted on this server, with its words and its maker.\n\n"
        f"**Bring yours.** Paint with {imagine}, then press ⭐ under a picture that you are proud of. What was painted "
        "in private comes here only after you have said so a second time.\n"
        "**Vote.** Any friendly reaction counts, one vote a person; your own does not.\n"
        f"**Carry on.** *{RECIPE}* shows how it was made, *{USE}* opens its words for you to change, *{VARY}* and "
        f"*{UPSCALE}* paint from it. What you make of it is yours, and remembers where it came from.\n"
        f"**Changed your mind?** *{HIDE}* takes down your own picture at once, and puts it back whenever you like, "
        "with all its votes.\n\n"
        "Be kind in the comments: somebody liked this enough to show it to you."
    )


def name(words: str) -> str:
    """A post's title: what was asked for, without its parameters."""
    bare = " ".join(words.split()).partition(" --")[0]
    return shortened(bare, NAME_LIMIT) or UNTITLED


def label(words: str | None, maker: int, model: str, size: tuple[int, int], count: int) -> str:
    """What stands under a picture; `words` is None if only its maker may read them."""
    heading = title(words) if words is not None else f"**{UNTITLED}**"
    many = f" · {count} pictures" if count > 1 else ""
    return f"{heading}\nby {mention(maker)} · {escaped(model)} · {size[0]} × {size[1]}{many}"


def panel(channel: int | None, notes: Sequence[str]) -> str:
    where = f"It is <#{channel}>." if channel is not None else NO_CHANNEL
    return "\n".join([PANEL + where, *(f"⚠️ {note}" for note in notes)])


def lacking(channel: int, rights: Sequence[str]) -> str:
    listed = ", ".join(f"*{right.title()}*" for right in rights)
    return f"In <#{channel}> I lack {listed}. Grant me that there: Edit Channel, Permissions, my role."


def unfit(channel: int) -> str:
    return f"<#{channel}> is not there any more, or I cannot see it. Choose another, or let me make one."


def stars(count: int) -> str:
    if count == 0:
        return "Only makers publish"
    return "1 star of others publishes" if count == 1 else f"{count} stars of others publish"
