"""Anything sent to any operation of cooperation gets an answer as described, and what is refused leaves nothing behind."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

from countermark.accounts import services
from countermark.accounts.models import User
from countermark.cooperation import actors
from countermark.cooperation.matching import runs
from tests.cooperation.consultation.rounds_there import drafted, sent_round
from tests.cooperation.fund.money import application, awarded, call, fund
from tests.cooperation.projects.scene import called, planned
from tests.cooperation.region import COORDINATOR, need, offer, region
from tests.web.test_api_fuzzed import CHECKS, _one_connection, described, operation, stored, token  # noqa: F401

PREFIX = "/api/cooperation/"
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, some in described().raw_schema["paths"].items()
    for method in some
    if path.startswith(PREFIX)
]


def known(name: str) -> dict[str, str]:
    """What the addresses name is there. A capability adds its own here: by the word after `/api/cooperation/`."""
    who = region()
    actors.seat(User.objects.get(username="fuzz"), who["own"], by=COORDINATOR)
    kind = name.partition(PREFIX)[2].partition("/")[0]
    if kind == "fund":
        return {"key": of_fund(name.partition(f"{PREFIX}fund/")[2].partition("/")[0])}
    made: dict[str, Callable[[], str]] = {
        "actors": lambda: who["donor"],
        "needs": need,
        "offers": lambda: offer(who["donor"]),
        "consultations": lambda: (drafted if name.endswith(("/send", "consultations/{key}")) else sent_round)(who),
        "matchings": lambda: matched(who["donor"]),
        "projects": lambda: planned()[0],
        "meetings": lambda: called(who["donor"]),
    }
    return {"key": made[kind]() if kind in made else "nothing", "addressee": "XQ"}


def matched(donor: str) -> str:
    """A matching run of the own State."""
    need()
    offer(donor)
    return runs.match(currency="EUR", today="2026-06-01", actor="XA", by=COORDINATOR)


def of_fund(kind: str) -> str:
    """Something of the fund that an address names."""
    of = fund()
    entry = of.give()
    made: dict[str, Callable[[], str]] = {
        "entries": lambda: entry,
        "windows": lambda: of.window,
        "calls": lambda: call(of),
        "awards": lambda: awarded(of),
    }
    if kind == "applications":
        return application(of, call(of))
    return made[kind]() if kind in made else "nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("name", OPERATIONS)
def test_anything_sent_about_cooperation_gets_an_answer_as_described(name: str, scale: int) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    for role in ("assistance", "partner", "fund", "authority"):
        services.grant_role(User.objects.get(username="fuzz"), role, by=COORDINATOR)
    there = known(name)

    @settings(max_examples=4 * scale)
    @given(case=operation(name).as_strategy())
    def one(case: Any) -> None:
        case.path_parameters = {key: there.get(key, value) for key, value in case.path_parameters.items()}
        before = stored()
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert stored() == before

    one()
