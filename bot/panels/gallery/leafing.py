"""A page of the gallery, asked for and drawn."""

from __future__ import annotations

from bot.desk import Desk
from bot.panels.gallery.drawing import Drawn, draw_page
from bot.panels.gallery.page import load
from bot.store.archive import Viewer
from bot.store.views import View
from bot.thumbnails import SMALL


async def draw_view(
    desk: Desk,
    viewer: Viewer,
    view: View,
    before: int = 0,
    after: int | None = None,
    showing: int | None = None,
    told: str = "",
) -> Drawn:
    """The page that begins at that place, ends above it, or shows that picture."""
    async with desk.store.read() as tx:
        page = await load(tx, viewer, view, before, after, showing)
    small = await desk.thumbnails.several([picture.sha256 for picture in page.leaf.shown], SMALL)
    return draw_page(desk.signer, page, small, told)
