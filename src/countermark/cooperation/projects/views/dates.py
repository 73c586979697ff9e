"""The calendar as a month, and its feed."""

import datetime as dt
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from countermark.accounts import queries as accounts
from countermark.accounts.access import PUBLIC, requires
from countermark.cooperation import queries
from countermark.cooperation.forms import SureForm
from countermark.cooperation.projects import calendar
from countermark.cooperation.projects.rules import month
from countermark.cooperation.projects.views.common import HERE, VIEW, WRITE
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, Cell, Page, asked, shown, viewer
from countermark.register.views.common import GET_OR_POST, actor, me, posted

WEEK = 7


@requires(VIEW)
@require_GET
def month_page(request: HttpRequest) -> HttpResponse:
    """A month: what is due, what is held, what ends."""
    today = timezone.localdate()
    first = month.month_of(request.GET.get("month", ""), today)
    # Django counts weekdays from Sunday, calendars from Monday.
    begins = (formats.get_format("FIRST_DAY_OF_WEEK") - 1) % WEEK
    edge = dt.timedelta(days=WEEK)
    until = (first + dt.timedelta(days=31) + edge).isoformat()
    entries = calendar.entries(viewer(request), (first - edge).isoformat(), until)
    weeks = month.weeks(first, entries, begins)
    here = f"?month={month.beside(first, 0)}"
    calls = viewer(request).actor and accounts.may(me(request), WRITE)
    page = Page(
        formats.date_format(first, "YEAR_MONTH_FORMAT"),
        HERE,
        actions=[
            *([Action(_("Call a meeting"), reverse("cooperation:meeting_add"))] if calls else []),
            Action(_("Subscribe from another program"), reverse("cooperation:feed_make")),
        ],
        above=(reverse("cooperation:projects"), _("Projects")),
    )
    context: dict[str, Any] = {
        "page": page,
        "weeks": weeks,
        "weekdays": [formats.date_format(day.date, "l") for day in weeks[0]],
        "today": today,
        "here": here,
        "earlier": f"?month={month.beside(first, -1)}",
        "later": f"?month={month.beside(first, 1)}",
        "none": not any(day.entries for week in weeks for day in week if day.inside),
    }
    return render(request, "cooperation/calendar.html", context)


@requires(VIEW)
@GET_OR_POST
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def feed_make(request: HttpRequest) -> HttpResponse:
    """A secret address of one's own calendar: made, made anew, revoked. The secret is shown once."""
    user = me(request)
    above = (reverse("cooperation:calendar"), _("Calendar"))
    if request.method == "POST" and "revoke" not in request.POST:
        secret = calendar.open_feed(user, by=actor(request))
        address = request.build_absolute_uri(reverse("cooperation:feed", args=[secret]))
        note = _("Copy this address now: it is not shown again. Whoever has it sees your calendar until you revoke it.")
        page = Page(_("Address of your calendar"), HERE, facts=[(_("Address"), Cell(address, exact=True))], above=above)
        answer = shown(request, Page(page.title, HERE, facts=page.facts, above=above, note=note))
        answer.headers["Cache-Control"] = "no-store"
        return answer
    note = _(
        "A calendar program subscribes to a secret address of yours and shows what you may see here. It needs no password, so keep it to yourself. Making one ends the one before."
    )
    page = Page(_("Subscribe from another program"), HERE, above=above, note=note)
    if calendar.has_feed(user):
        page = Page(
            page.title,
            HERE,
            above=above,
            note=note,
            actions=[Action(_("Revoke it"), reverse("cooperation:feed_revoke"))],
        )
    return asked(request, SureForm(posted(request)), lambda _said: above[0], page, _("Make an address"))


@requires(VIEW)
@GET_OR_POST
def feed_revoke(request: HttpRequest) -> HttpResponse:
    """Ends one's secret address."""

    def do(_said: dict[str, Any]) -> str:
        calendar.revoke_feeds(me(request), by=actor(request))
        return reverse("cooperation:calendar")

    page = Page(_("Revoke the address of your calendar"), HERE, above=(reverse("cooperation:feed_make"), _("Back")))
    return asked(request, SureForm(posted(request)), do, page, _("Revoke"))


BEFORE, AFTER = 366, 1100
"""Days before and after today a feed shows."""


@requires(PUBLIC)
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar of whose secret address this is (RFC 5545); the same 404 for a wrong one and a revoked one."""
    # Whatever goes wrong from here on, a log that names the address names none that is secret.
    request.path = request.path_info = reverse("cooperation:calendar")
    user = calendar.owner_of(secret)
    if user is None:
        raise Http404
    return answer(request, calendar_of(user))


def calendar_of(user: Any) -> list[month.Entry]:
    """What a feed of a person shows."""
    today = timezone.localdate()
    begin, end = today - dt.timedelta(days=BEFORE), today + dt.timedelta(days=AFTER)
    return calendar.entries(queries.viewer(user), begin.isoformat(), end.isoformat())


def answer(request: HttpRequest, entries: list[month.Entry]) -> HttpResponse:
    """A calendar as programs read it."""
    data = calendar.feed(entries, request.get_host().partition(":")[0], lambda kind: aid_word(kind, "calendar"))
    headers = {
        "Content-Disposition": "attachment; filename=countermark.ics",
        "Cache-Control": "private, no-store",
        "Content-Language": get_language() or "en",
        # Whoever follows a link from a calendar does not tell others the address.
        "Referrer-Policy": "no-referrer",
    }
    return HttpResponse(data, content_type="text/calendar; charset=utf-8", headers=headers)
