"""What a newcomer is shown: three examples, then what the buttons and reactions do."""

from __future__ import annotations

from bot import replies
from bot.buttons.custom_id import Action
from bot.buttons.emoji import LEGEND
from bot.desk import Desk
from bot.messages.cards import Button, Card
from bot.panels.prompt_desk import OPEN
from bot.replies import language


async def help_card(desk: Desk, server: int | None) -> Card:
    model = await desk.model_of(server)
    painter = f"The model here is {model.title}." if model is not None else language.model_gone(desk.command("setup"))
    honest = f"\n\n{replies.CARDS}" if desk.paints_cards else ""
    more = Button(Action.DESK, "", "Choose from menus", "🎛️", extra=OPEN)
    legend = "\n".join(f"{emoji} {meaning}" for emoji, meaning in LEGEND)
    return Card(
        f"""## Painting by words
Tell me what to paint, and four pictures come:
> {desk.command("imagine")} `a red house on green hills at sunset, watercolor`
Say more about the picture at the end:
> {desk.command("imagine")} `two cats on a boat --ar 3:2 --no rain --seed 7`
Then press a button under it: **U1–U4** gives you one of the four on its own, **V1–V4** paints more like that one, \
🔄 paints all four anew.

**Reactions do the same**
{legend}

**More**: {desk.command("queue")} what is under way · {desk.command("show")} brings a picture back · \
{desk.command("tree")} what came of it · \
{desk.command("info")} how you stand · {desk.command("desk")} a prompt from menus · \
{desk.command("shorten")} which words count · \
{desk.command("prefer option set")} your own parameters · {desk.command("settings")} how I work for you
-# {painter} Right-click a message, then Apps, for Cancel Job, DM Results, Report and Use as \
Prompt.{honest}""",
        ((more,),),
    )
