"""The region of the demonstration: believable, whole, and the same as people would have made it."""

import pytest

from countermark.accounts import services as accounts
from countermark.cooperation import acts
from countermark.cooperation.consultation import rounds
from countermark.cooperation.evaluation import rules, sources
from countermark.cooperation.fund import queries as fund
from countermark.cooperation.matching.runs import Run
from countermark.cooperation.queries import Viewer
from countermark.demo import region
from countermark.demo.region.tables import months_after
from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify


@pytest.mark.django_db
def test_the_region_has_every_stage_and_its_books_and_views_hold() -> None:
    accounts.add_demo_users()
    with services.alone():
        region.furnish(by=Actor("countermark demonstration"))

    stages = {one.state for one in acts.subjects("project")}
    assert stages == {"planning", "design", "implementation", "evaluation", "closed"}
    assert [fund.findings(window.key) for window in fund.windows()] == [[], []]
    found = sources.facts(Viewer("XA", all=True), "EUR", "2026-11-30")
    measured = {one.key: one.share for one in rules.figures(found, "2026-11-30")}
    assert not [key for key in ("needs_met", "delivered", "runs_1", "post_1", "paid") if measured[key] is None]
    assert [one.of(Run).overrides for one in acts.subjects("matching", parent="actor:XA")].count(0) == 1
    assert sorted(len(rounds.replies_of(one)) for one in acts.subjects("round")) == [0, 3]
    assert verify().ok


@pytest.mark.parametrize(
    ("day", "months", "days", "expected"),
    [("2026-01-31", 1, 0, "2026-02-28"), ("2026-11-15", 3, -1, "2027-02-14"), ("2026-03-01", -2, 0, "2026-01-01")],
)
def test_months_end_with_their_last_day(day: str, months: int, days: int, expected: str) -> None:
    assert months_after(day, months, days) == expected
