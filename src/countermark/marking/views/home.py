"""The first page of the room: what is to be done, what stands still, what waits for a decision."""

from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
from countermark.accounts.models import User
from countermark.ledger import store
from countermark.marking import coverage, equipment, origins, queries
from countermark.register.views.common import me

SHOWN = 8


@requires("marking.view")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Work orders, backlog, undecided finds, equipment that stands still."""
    user = me(request)
    open_orders = [one for one in queries.batch_list(user) if one.state != "closed"]
    standing = [
        (machine, down) for machine in queries.machine_list(user) if (down := equipment.standing_still(machine.id))
    ]
    context = {
        "found": [(one, queries.progress(one.id)) for one in open_orders[:SHOWN]],
        "orders": len(open_orders),
        "standing": standing,
        **_counted(user),
    }
    return render(request, "marking/home.html", context)


def _counted(user: User) -> dict[str, Any]:
    """What is counted over all weapons: once for a length of the log, for it cannot change while that does not."""
    log = store.own_log()
    length = f"{log.origin}:{store.size(log)}" if log else ""
    key = f"marking:{user.pk}:{timezone.localdate().isoformat()}:{length}"
    found: dict[str, Any] = cache.get_or_set(key, lambda: _count(user), 600) or {}
    return found


def _count(user: User) -> dict[str, Any]:
    counted = origins.counted(user)
    agencies = coverage.coverage(user)
    return {
        "undecided": origins.finds(user, undecided=True, limit=SHOWN),
        "finds": counted.undecided,
        "overdue": counted.overdue_undecided,
        "backlog": sum(one.backlog for one in agencies),
        "held": sum(one.held for one in agencies),
        "to_mark": origins.needing_marks(user),
    }
