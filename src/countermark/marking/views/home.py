"""The first page of the room: what is to be done, what stands still, what waits for a decision."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from countermark.accounts.access import requires
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
    undecided = origins.finds(user, undecided=True)
    agencies = [one for one in coverage.coverage(user) if one.held]
    context = {
        "found": [(one, queries.progress(one.id)) for one in open_orders[:SHOWN]],
        "orders": len(open_orders),
        "standing": standing,
        "undecided": undecided[:SHOWN],
        "finds": len(undecided),
        "overdue": sum(one.overdue for one in undecided),
        "agencies": agencies[:SHOWN],
        "backlog": sum(one.backlog for one in agencies),
        "held": sum(one.held for one in agencies),
        "to_mark": origins.needing_marks(user),
    }
    return render(request, "marking/home.html", context)
