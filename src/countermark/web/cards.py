"""The numbers and lists of the home page, most telling first: what each room knows, asked through its tables and queries.

A figure is computed once for a length of the log and a set of places: it cannot change while neither does.
"""

import hashlib
from collections.abc import Callable
from datetime import date

from django.core.cache import cache
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from countermark.accounts import queries, rules
from countermark.accounts.models import User
from countermark.cooperation import queries as aid
from countermark.cooperation import waiting
from countermark.ledger import contacts, store
from countermark.ledger.entry import Entry
from countermark.ledger.models import LOG_SPAN
from countermark.ledger.vocabulary import EVENTS
from countermark.marking import origins, words
from countermark.marking import queries as marking
from countermark.register import papers
from countermark.register.models import Weapon
from countermark.register.queries import discrepancies, scope
from countermark.register.queries.scope import EVERYTHING, Scope
from countermark.register.rules import weapons_of
from countermark.stockpile import duties
from countermark.stockpile.counting import queries as counting
from countermark.stockpile.duties import Duty
from countermark.tracing import due
from countermark.tracing.requests import periods, shown
from countermark.tracing.requests import queries as requests
from countermark.web import context
from countermark.web.home import Card, Listing, Row, card, listing
from countermark.web.navigation import url

LOOKED_BACK = 60
SHOWN = 6


def _figure(name: str, seen: Scope, compute: Callable[[], int]) -> int:
    log = store.own_log()
    length = f"{log.origin}:{store.size(log)}" if log else ""
    places = "all" if seen.ids is None else hashlib.sha256("|".join(sorted(seen.ids)).encode()).hexdigest()
    key = f"figure:{name}:{length}:{places}"
    value: int = cache.get_or_set(key, compute, 600) or 0
    return value


def _weapons(seen: Scope) -> QuerySet[Weapon]:
    return seen.narrow(Weapon.objects.filter(replaced_by=None))


def _on_record(user: User) -> Card:
    seen = scope.of(user)
    return Card(
        gettext_lazy("Weapons on record"), _figure("weapons", seen, _weapons(seen).count), url("register:weapons")
    )


def _in_status(status: str, label: Promise) -> Callable[[User], Card]:
    def make(user: User) -> Card:
        seen = scope.of(user)
        count = _figure(status, seen, _weapons(seen).filter(status=status).count)
        return Card(label, count, url("register:weapons", status=status), alarming=count > 0)

    return make


def _discrepancies(user: User) -> Card:
    """How many are open, whose they are and how many are overdue: a decision by somebody, or a day gone by, changes it."""
    seen = scope.of(user)
    today = timezone.localdate().isoformat()
    found = _figure(f"discrepancies:{today}", seen, lambda: len(discrepancies.queue(seen)))
    mine = _figure(
        f"discrepancies:{today}:{user.pk}", seen, lambda: len(discrepancies.queue(seen, owner=user.username))
    )
    late = _figure(f"overdue:{today}", seen, lambda: sum(one.overdue for one in discrepancies.queue(seen)))
    hints = [
        ngettext("%(n)d yours", "%(n)d yours", mine) % {"n": mine} if mine else "",
        ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late} if late else "",
    ]
    link = url("register:discrepancies", owner=user.username) if mine else url("register:discrepancies")
    return Card(gettext_lazy("Open discrepancies"), found, link, ", ".join(filter(None, hints)), alarming=late > 0)


def _requests(user: User) -> Card:
    """Requests between States in which the next word is ours, those overdue and drafts waiting for a second person."""
    today = timezone.localdate()
    waiting = _figure("requests", EVERYTHING, lambda: len(_owed_by_us()))
    late = _figure(f"requests:{today}", EVERYTHING, lambda: sum(day < today for day in _owed_by_us()))
    written = _figure("drafts", EVERYTHING, lambda: sum(len(one.drafts) for one in requests.requests()))
    hints = [
        ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late} if late else "",
        ngettext("%(n)d draft to release", "%(n)d drafts to release", written) % {"n": written} if written else "",
    ]
    link = url("tracing:requests", box="owed")
    return Card(
        gettext_lazy("Requests of States: our turn"), waiting, link, ", ".join(filter(None, hints)), alarming=late > 0
    )


def _owed_by_us() -> list[date]:
    """Until when we owe the next word, for each request in which we do."""
    known = periods.known()
    found = ((one, shown.due_of(one, known)) for one in requests.requests())
    return [due.day for one, due in found if due is not None and due.side == one.side]


def _papers_out(user: User) -> Card:
    count = papers.outstanding(papers.whose(user)).count()
    return Card(gettext_lazy("Paper forms still out"), count, url("register:papers"))


def _at_the_bench(user: User) -> Card:
    orders = [one for one in marking.batch_list(user) if one.state in ("released", "running")]
    waiting = sum(p.total - p.finished for p in (marking.progress(one.id) for one in orders))
    hint = ngettext("%(n)d weapon waits", "%(n)d weapons wait", waiting) % {"n": waiting} if waiting else ""
    return Card(gettext_lazy("Work orders at the bench"), len(orders), url("marking:orders"), hint)


def _counts_due(user: User) -> Card:
    due = [one.urgency for one in counting.plans(user) if one.urgency]
    late = sum(1 for one in due if one != "due")
    hint = ngettext("%(n)d overdue", "%(n)d overdue", late) % {"n": late} if late else ""
    return Card(gettext_lazy("Counts due"), len(due), url("stockpile:counts"), hint, alarming=late > 0)


def _late_in_stock(user: User) -> Card:
    """Weapons, shipments and reviews of the stockpile that are overdue; how many of them have gone up a level."""
    found = [one for one in duties.late(user) if one.kind != "count"]
    up = sum(1 for one in found if one.urgency == "escalated")
    hint = ngettext("%(n)d gone up a level", "%(n)d gone up a level", up) % {"n": up} if up else ""
    total = sum(one.count if one.kind == "weapons" else 1 for one in found)
    return Card(gettext_lazy("Overdue in the stockpile"), total, url("stockpile:home"), hint, alarming=total > 0)


def _due_in_stock(user: User) -> Listing:
    """What is overdue in the stockpile, what has gone up a level first."""
    rows = [Row(_duty(one), _duty_url(one), note=_since(one)) for one in duties.late(user)[:SHOWN]]
    empty = gettext_lazy("Nothing is overdue in the stores you may see.")
    return Listing(gettext_lazy("Overdue in the stockpile"), rows, empty, url("stockpile:home"))


def _duty(one: Duty) -> str:
    if one.kind == "weapons":
        said = ngettext("%(n)d weapon is out", "%(n)d weapons are out", one.count) % {"n": one.count}
    elif one.kind == "shipment":
        said = ngettext("Shipment of %(n)d weapon", "Shipment of %(n)d weapons", one.count) % {"n": one.count}
    else:
        said = _("Review of the need") if one.kind == "review" else _("Count")
    return f"{said}: {one.place}"


def _duty_url(one: Duty) -> str:
    if one.kind == "shipment":
        return url("stockpile:shipment", one.key)
    return url({"weapons": "stockpile:all_home", "review": "stockpile:disposal", "count": "stockpile:counts"}[one.kind])


def _since(one: Duty) -> str:
    """Since when, and whether it has gone up a level; the day isolated left to right."""
    day = f"\u2066{one.due[:10]}\u2069" if one.due else ""
    return ", ".join(filter(None, [day, _("gone up a level") if one.urgency == "escalated" else _("overdue")]))


def _undecided_finds(user: User) -> Card:
    seen = scope.of(user, "marking.view")
    today = timezone.localdate().isoformat()
    count = _figure(f"finds:{today}", seen, lambda: origins.counted(user).undecided)
    label = gettext_lazy("Finds not decided")
    return Card(label, count, url("marking:finds", undecided="1"), alarming=count > 0)


def _open_orders(user: User) -> Listing:
    """Work orders that are not closed, the last changed first."""
    rows = [
        Row(one.name, url("marking:order", one.id), note=_(words.label(one.state, "batch_state")))
        for one in marking.batch_list(user)
        if one.state != "closed"
    ]
    may = queries.may(user, "marking.manage")
    steps = [Row(_("New work order"), url("marking:order_add"))] if may else []
    empty = gettext_lazy("No work order is open.")
    return Listing(gettext_lazy("Work orders"), rows[:SHOWN], empty, url("marking:orders"), steps)


def _due(user: User) -> Listing:
    """What is overdue or soon due with other States, and stolen weapons that cases answer to."""
    log = store.own_log()
    length = f"{log.origin}:{store.size(log)}" if log else ""
    key = f"due:{length}:{timezone.localdate().isoformat()}:{user.pk}:{get_language()}"
    rows = cache.get_or_set(key, lambda: _due_rows(user), 600)
    empty = gettext_lazy("Nothing is due soon.")
    return Listing(gettext_lazy("What is due"), rows or [], empty, url("tracing:due"))


def _due_rows(user: User) -> list[Row]:
    return [Row(str(one.what), one.url, one.about[:8], _until(one)) for one in due.reminders(user)[:SHOWN]]


def _until(one: due.Duty) -> str:
    """`2026-11-30, overdue · Freedonia`; the day isolated left to right."""
    day = f"\u2066{one.day}\u2069" if one.day else ""
    late = _("overdue") if one.overdue else ""
    return " · ".join(filter(None, [", ".join(filter(None, [day, late])), one.whom]))


def _latest(user: User) -> Listing:
    """What was last recorded about weapons the person may see."""
    rows = _latest_rows(scope.of(user))
    steps = [
        Row(str(text), link)
        for permission, text, link in (
            ("load", _("Load a register file"), url("register:import")),
            ("weapon.add", _("Enter a weapon"), url("register:weapon_add")),
        )
        if link and queries.may(user, permission)
    ]
    empty = gettext_lazy("Nothing is on record yet.")
    return Listing(gettext_lazy("Last recorded"), rows, empty, url("register:weapons"), steps)


def _latest_rows(seen: Scope) -> list[Row]:
    entries = [entry for entry in _tail() if entry.kind == "event"]
    about = {entry.position: weapons_of(entry.body)[:1] for entry in entries}
    wanted = {weapon for weapons in about.values() for weapon in weapons}
    known = {str(weapon.id): weapon for weapon in seen.narrow(Weapon.objects.filter(id__in=wanted))}
    rows = [_row(entry, known[w]) for entry in entries for w in about[entry.position] if w in known]
    return rows[:SHOWN]


def _tail() -> list[Entry]:
    """The last entries of the node's own log, newest first."""
    log = store.own_log()
    if log is None:
        return []
    size = store.size(log)
    first = log.id * LOG_SPAN
    positions = [first + index for index in range(max(0, size - LOOKED_BACK), size)]
    return sorted(store.entries_at(positions), key=lambda entry: -entry.position)


def _row(entry: Entry, weapon: Weapon) -> Row:
    word = EVENTS.get(str(entry.body.get("countermark:event", "")))
    what = _(word.text) if word else _("recorded")
    text = " ".join(filter(None, (weapon.maker, weapon.model))) or weapon.ref
    link = url("register:weapon", str(weapon.id))
    # Isolated left to right, as <bdi dir="ltr"> would: a date between Arabic words would else run backwards.
    time = f"\u2066{entry.recorded.time[:16].replace('T', ' ')}\u2069"
    return Row(text, link, weapon.serial or weapon.ref, f"{what} · {time}")


def _entries(user: User) -> Card:
    state = context.log_state()
    return Card(gettext_lazy("Entries in the ledger"), state.size if state else 0, url("ledger:log"))


def _nodes(user: User) -> Card:
    count = contacts.in_trouble()
    return Card(gettext_lazy("Nodes silent or with a problem"), count, url("ledger:nodes"), alarming=count > 0)


def _users(user: User) -> Card:
    return Card(gettext_lazy("People who may sign in"), queries.active_user_count(), url("accounts:users"))


def _without_second_factor(user: User) -> Card:
    count = queries.without_second_factor_count()
    label = gettext_lazy("Without a passkey or second factor")
    return Card(label, count, url("accounts:users"), alarming=count > 0)


def _roles_ending(user: User) -> Listing:
    rows = [
        Row(str(held.user), url("accounts:user", held.user.username), note=_ending(held.role, str(held.until)))
        for held in queries.roles_ending_soon()
    ]
    empty = gettext_lazy("No role ends within the next 30 days.")
    return Listing(gettext_lazy("Roles that end soon"), rows, empty, url("accounts:users"))


def _ending(role: str, until: str) -> str:
    return _("%(role)s until %(day)s") % {"role": _(rules.ROLES[role].label), "day": until}


def _cooperation(user: User) -> Card:
    """What is late or missing in cooperation for whom one speaks for: overlaps not answered, running costs nobody pays, deliverables due."""
    who = aid.viewer(user)
    if not who.actor:
        return Card(gettext_lazy("Cooperation: late or missing"), None, url("cooperation:home"))
    log = store.own_log()
    length = f"{log.origin}:{store.size(log)}" if log else ""
    key = f"figure:aid:{length}:{timezone.localdate()}:{hashlib.sha256(who.actor.encode()).hexdigest()}"
    late: int = cache.get_or_set(key, lambda: sum(one.alarming for one in waiting.waiting(who)), 600) or 0
    return Card(gettext_lazy("Cooperation: late or missing"), late, url("cooperation:home"), alarming=late > 0)


def fill() -> None:
    """Puts the numbers and lists on the home page; called once, when the program starts."""
    card("weapon.view", _on_record)
    card("marking.bench", _at_the_bench)
    card("marking.bench", _undecided_finds)
    card("weapon.view", _in_status("stolen", gettext_lazy("Stolen")))
    card("weapon.view", _in_status("lost", gettext_lazy("Lost")))
    card("stock.count", _counts_due)
    card("stock.command", _counts_due)
    card("stock.view", _late_in_stock)
    card("discrepancy.view", _discrepancies)
    card("request.view", _requests)
    card("event.add", _papers_out)
    card("ledger.view", _entries)
    card("ledger.view", _nodes)
    card("aid.view", _cooperation)
    card("user.view", _users)
    card("user.manage", _without_second_factor)
    listing("marking.bench", _open_orders)
    listing("case.view", _due)
    listing("stock.handle", _due_in_stock)
    listing("stock.command", _due_in_stock)
    listing("weapon.view", _latest)
    listing("user.manage", _roles_ending)
