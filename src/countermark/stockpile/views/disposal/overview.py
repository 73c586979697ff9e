"""Reviews of the need, surplus and lists for destruction, side by side."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from countermark.accounts import queries as accounts
from countermark.accounts.access import requires
from countermark.accounts.models import Place, User
from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.register.views.common import me
from countermark.register.words import label as register_label
from countermark.stockpile.disposal import services as disposal
from countermark.stockpile.disposal.services import Destruction, Review, Surplus
from countermark.stockpile.queries import visible_rows
from countermark.stockpile.templatetags.stockpile_words import stock_word, when
from countermark.stockpile.views.disposal.common import COMMAND, HANDLE
from countermark.stockpile.views.pages import Action, Cell, Page, Table, shown


@requires("stock.view")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Reviews of the need, what is surplus, and the lists of what is destroyed."""
    user = me(request)
    names = dict(Place.objects.values_list("pk", "name"))
    actions = []
    if accounts.may(user, COMMAND):
        actions = [
            Action(_("Review a need"), reverse("stockpile:review_add")),
            Action(_("Declare surplus"), reverse("stockpile:surplus_add")),
        ]
    if accounts.may(user, HANDLE):
        actions.append(Action(_("List for destruction"), reverse("stockpile:destruction_add"), main=True))
    tables = [_destructions(user, names), _surpluses(user, names), _reviews(user, names)]
    return shown(request, Page(_("Surplus and destruction"), "disposal", tables=tables, actions=actions))


def _destructions(user: User, names: dict[str, str]) -> Table:
    rows = []
    for one in visible_rows(user, "destruction"):
        value, balance = one.of(Destruction), disposal.balance_of(one.key)
        rows.append([
            Cell(when(one.since), reverse("stockpile:destruction", args=[one.key])),
            Cell(names.get(one.place, "")),
            Cell(stock_word(value.method, "method")),
            Cell(f"{balance.planned} = {balance.destroyed} + {balance.withdrawn} + {balance.open}", exact=True),
            Cell(stock_word(one.state, "destruction_state")),
        ])  # fmt: skip
    headers = [_("List"), _("Store"), _("Method"), _("Planned = destroyed + withdrawn + open"), _("Status")]
    return Table(_("Destruction"), headers, rows, _("No list yet."), id="destruction")


def _surpluses(user: User, names: dict[str, str]) -> Table:
    rows = [
        [
            Cell(when(one.since), reverse("stockpile:surplus", args=[one.key])),
            Cell(names.get(one.place, "")),
            Cell(str(len(value.weapons)), amount=True),
            Cell(stock_word(value.outcome, "outcome")),
            Cell(stock_word(one.state, "surplus_state")),
        ]
        for one in visible_rows(user, "surplus")
        for value in [one.of(Surplus)]
    ]
    return Table(
        _("Surplus"),
        [_("Declared"), _("Store"), _("Weapons"), _("To become of them"), _("Status")],
        rows,
        _("Nothing is declared surplus."),
        id="surplus",
    )


def _reviews(user: User, names: dict[str, str]) -> Table:
    today, found = timezone.localdate().isoformat(), [(one, one.of(Review)) for one in visible_rows(user, "review")]
    texts = side_texts([value.reason for _one, value in found])
    rows = [
        [
            Cell(_(register_label(value.kind, "kind"))),
            Cell(names.get(one.place, "")),
            Cell(f"{value.held:,}", amount=True),
            Cell(f"{value.needed:,}", amount=True),
            Cell(f"{max(0, value.held - value.needed):,}", amount=True),
            Cell(told(value.reason_code, "need", texts.get(value.reason, ""))),
            Cell(when(value.next), tone="alarm" if value.next < today else ""),
        ]
        for one, value in found
    ]
    headers = [_("Kind"), _("Store"), _("Held"), _("Needed"), _("Surplus"), _("Reason"), _("Next review")]
    return Table(_("Reviews of the need"), headers, rows, _("No need was reviewed yet."), id="reviews")
