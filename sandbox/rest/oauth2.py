"""OAuth2: who an application is, and the code grant."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS, Call, Routes
from sandbox.world.views import application_view

ROUTES = Routes()


@ROUTES.on("GET", "/oauth2/applications/@me", who=BOTS)
async def get_own_application(call: Call) -> Any:
    return application_view(call.state, call.state.applications[call.actor.user_id])
