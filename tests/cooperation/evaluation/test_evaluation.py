"""Evaluation from real records: check-backs, snapshots, reports, pages."""

import pytest
import time_machine

from countermark.accounts.models import User
from countermark.cooperation import acts, queries
from countermark.cooperation.evaluation import rules, services, sources
from countermark.cooperation.evaluation.rules import MEASURES, Scope
from countermark.cooperation.evaluation.services import Said
from countermark.cooperation.evaluation.states import Report
from countermark.cooperation.queries import Viewer
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from tests.cooperation.pagekit import seated, sent, taken, text
from tests.cooperation.projects.scene import designed, running
from tests.cooperation.region import COORDINATOR, need, region
from tests.register import people

pytestmark = pytest.mark.django_db

TODAY, LATER = "2026-11-30", "2032-06-30"


@pytest.fixture
def ended() -> str:
    """A project that is agreed, of the State XA; it ends on 31 December 2028."""
    key, donor = designed()
    running(key, donor)
    return key


def test_figures_are_read_from_needs_and_agreed_projects(ended: str) -> None:
    found = sources.facts(Viewer("XA"), "EUR", TODAY)

    assert MEASURES["amount_met"].count(found, TODAY).share == 1
    assert MEASURES["overlap_looked"].count(found, TODAY).share == 1
    assert MEASURES["running_paid"].count(found, TODAY).share == 1


def test_figures_count_only_what_one_may_see(ended: str) -> None:
    need(visibility="private", priority=1)

    ours, theirs = (sources.facts(Viewer(actor), "EUR", TODAY) for actor in ("XA", "XQ"))

    assert (len(ours.needs), len(theirs.needs)) == (2, 1)
    assert (len(ours.projects), len(theirs.projects)) == (1, 0)


def test_a_recipient_is_asked_after_one_three_and_five_years_and_one_answer_is_enough(ended: str) -> None:
    assert services.due_checks(Viewer("XA"), "2029-06-30") == []
    assert [one.years for one in services.due_checks(Viewer("XA"), LATER)] == [3]

    with pytest.raises(Refused):
        services.check_back(ended, Said("2032-06-01", "yes"), actor="XA", by=COORDINATOR)
    with time_machine.travel(LATER):
        services.check_back(ended, Said("2032-06-01", "partly", "XA", "the compressor"), actor="XA", by=COORDINATOR)

    assert services.due_checks(Viewer("XA"), LATER) == []
    assert MEASURES["runs_3"].count(sources.facts(Viewer("XA"), "EUR", LATER), LATER).share == 1


def test_nobody_but_the_recipient_says_whether_it_runs(ended: str) -> None:
    with pytest.raises(Refused):
        services.check_back(ended, Said("2032-06-01", "yes"), actor="XQ", by=COORDINATOR)


def test_whether_it_runs_is_not_said_before_its_end(ended: str) -> None:
    with pytest.raises(Refused):
        services.check_back(ended, Said("2027-01-01", "yes"), actor="XA", by=COORDINATOR)


def test_snapshots_of_the_register_make_a_trend() -> None:
    region()
    weapon = people.weapon("A1")
    services.snapshot("2026-01-01", by=COORDINATOR)
    people.event(weapon, event="loss", date="2026-02-03")
    services.snapshot("2026-06-01", by=COORDINATOR)

    found = {one.key: one for one in sources.trends(Viewer("XA"))}

    assert (int(found["missing"].first), int(found["missing"].last)) == (0, 1)
    assert sources.trends(Viewer("XQ")) == []


def test_a_register_with_nothing_to_count_has_no_snapshot() -> None:
    region()

    with pytest.raises(Refused):
        services.snapshot("2026-01-01", by=COORDINATOR)


def drafted() -> str:
    return services.draft("Marking 2026", Scope(state="XA"), "EUR", who=Viewer("XA"), today=TODAY, by=COORDINATOR)


def test_the_figures_of_a_report_stay_as_they_were(ended: str) -> None:
    key = drafted()
    before = services.mine(key, "XA").of(Report)

    need(priority=1)
    services.write(key, {"relevance": "Most needs are met."}, visibility="public", actor="XA", by=COORDINATOR)

    after = services.mine(key, "XA").of(Report)
    assert (after.figures, after.digest) == (before.figures, before.digest)
    assert services.digest_of(after.figures) == after.digest


def test_a_finished_report_changes_no_more(ended: str) -> None:
    key = drafted()
    services.finish(key, actor="XA", by=COORDINATOR)

    with pytest.raises(Refused):
        services.write(key, {}, visibility="public", actor="XA", by=COORDINATOR)


def test_a_draft_is_nobody_elses_even_when_it_is_published(ended: str) -> None:
    key = drafted()
    services.write(key, {}, visibility="public", actor="XA", by=COORDINATOR)
    assert queries.known(Viewer("XQ"), "evaluation", key) is None

    services.finish(key, actor="XA", by=COORDINATOR)

    assert queries.known(Viewer("XQ"), "evaluation", key) is not None


def test_views_of_evaluation_are_rebuilt_equal(ended: str) -> None:
    with time_machine.travel(LATER):
        services.check_back(ended, Said("2032-06-01", "no"), actor="XA", by=COORDINATOR)
    drafted()

    assert verify().ok


def test_the_pages_show_figures_side_by_side_and_say_no_data(ended: str) -> None:
    coordinator = seated("xa", "XA")

    page = text(coordinator, "evaluation/")

    assert "no data" in page
    assert "Republic of XA" in page
    assert "Needs that are funded" in taken(coordinator, "evaluation/")


def test_the_chart_and_the_map_are_drawn(ended: str) -> None:
    client = seated("xa", "XA")

    for name in ("chart", "map"):
        answer = client.get(f"/cooperation/evaluation/{name}.svg")
        assert answer["Content-Type"] == "image/svg+xml"
        assert b"<svg" in answer.content


def test_a_report_goes_from_its_draft_to_a_pdf(ended: str) -> None:
    client = seated("xa", "XA")
    write = sent(client, "evaluation/reports/add/", title="Marking 2026", state="XA").removeprefix("/cooperation/")
    page = sent(client, write, relevance="Most needs are met.", visibility="private").removeprefix("/cooperation/")
    sent(client, f"{page}finish/")

    assert "Most needs are met." in text(client, page)
    assert client.get(f"/cooperation/{page}report.pdf").content.startswith(b"%PDF")


def test_the_recipient_answers_a_check_back_on_its_page(ended: str) -> None:
    client = seated("xa", "XA")
    with time_machine.travel("2032-06-30"):
        client.force_login(User.objects.get(username="xa"))
        assert "does it still run?" in text(client, "")
        assert "Marking in the west" in text(client, "evaluation/checks/")
        passes = seated("passes", "XA", "authority")
        assert f"projects/{ended}/" in text(passes, "evaluation/checks/")
        assert "evaluation/checks/" in text(passes, "")
        sent(client, f"evaluation/checks/{ended}/", day="2032-06-30", runs="no", broke="No spare parts.")
        assert "No spare parts." in text(client, "evaluation/checks/")
    assert acts.rows("checkback").count() == 1


def test_a_snapshot_is_taken_by_who_speaks_for_this_state_alone() -> None:
    region()
    people.weapon("A1")

    sent(seated("xa", "XA"), "evaluation/trends/snapshot/")

    assert acts.rows("snapshot").count() == 1
    text(seated("xq", "XQ"), "evaluation/trends/snapshot/", 404)
    assert rules.figures(sources.facts(Viewer("XA"), "EUR", TODAY), TODAY)
