"""The live board as a page, and what changes of it as server-sent events (WHATWG HTML, 9.2)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires, rest_left
from countermark.accounts.models import User
from countermark.register.views.common import me
from countermark.stockpile import live

VIEW = "stock.view"
LOOK_SECONDS = 2.0
LONGEST_SECONDS = 300.0
"""A stream ends after this; the browser asks for the next, and is signed in still or not."""
AGAIN_MILLISECONDS = 3000


@requires(VIEW)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The board; without scripts it loads itself anew."""
    return render(request, "stockpile/live.html", {"board": live.board(me(request))})


@requires(VIEW)
@require_GET
def events(request: HttpRequest) -> HttpResponseBase:
    """The board whenever something is recorded, until the viewer leaves, may no longer see it, or five minutes are over."""
    user = me(request)
    if live.is_full(user):
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    seconds = min(LONGEST_SECONDS, float(rest_left(request)))
    response = StreamingHttpResponse(told(user, get_language() or "en", seconds), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def told(user: User, language: str, seconds: float, look: float = LOOK_SECONDS) -> AsyncIterator[bytes]:
    """The events of one stream. Between looks it waits without a thread, and holds no connection to the database."""
    until, mark, shown = time.monotonic() + seconds, "", ""
    with live.watching(user):
        yield f"retry: {AGAIN_MILLISECONDS}\n\n".encode()
        while time.monotonic() < until:
            found = await sync_to_async(_look)(user.pk, language, mark)
            if found is None:
                return
            mark, html = found
            if html and html != shown:
                shown = html
                yield f"event: board\ndata: {json.dumps(html)}\n\n".encode()
            else:
                # Says that we are still here, and notices that the viewer is not.
                yield b": \n\n"
            await asyncio.sleep(look)


def _look(pk: UUID, language: str, known: str) -> tuple[str, str] | None:
    """The mark of the logs and the board, empty while nothing was recorded since `known`; None for who may see it no longer."""
    try:
        user = User.objects.filter(pk=pk, disabled=False).first()
        if user is None or not accounts.may(user, VIEW):
            return None
        mark = live.mark()
        if mark == known:
            return mark, ""
        with translation.override(language):
            return mark, render_to_string("stockpile/live_board.html", {"board": live.board(user)})
    finally:
        close_old_connections()
