"""Needs and offers of the register matched: what goes in, what is kept of it, decisions by hand, projects of it."""

import json
from typing import Any

import pytest
from django.test import Client

from countermark.cooperation import acts, needs, offers
from countermark.cooperation.matching import inputs, runs
from countermark.cooperation.matching.runs import Run
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.register.checking import Refused
from tests.cooperation.pagekit import seated, sent, taken, text
from tests.cooperation.region import COORDINATOR, OTHER, OWN, need, offer, region
from tests.register import people

pytestmark = pytest.mark.django_db

TODAY = "2026-06-01"


@pytest.fixture
def who() -> dict[str, str]:
    return region()


@pytest.fixture
def pelia(who: dict[str, str]) -> Client:
    return seated("pelia", OWN, "assistance")


def run(**more: Any) -> str:
    return runs.match(**{"currency": "EUR", "today": TODAY, "actor": OWN, "by": COORDINATOR, **more})


def read(key: str) -> runs.Read:
    found = acts.subject("matching", key)
    assert found is not None
    return runs.document(found)


def test_an_offer_for_a_region_reaches_the_states_of_it(who: dict[str, str]) -> None:
    """And what is needed in one region is not offered in another."""
    mine, west = need(), offer(who["donor"])
    offer(who["donor"], regions=["south"])
    [match] = read(run()).answer.matches
    assert (match.need, match.offer) == (mine, west)


def test_what_one_may_not_see_is_not_matched(who: dict[str, str]) -> None:
    """Nor what is in another currency, over, or withdrawn."""
    need()
    need(OTHER, visibility="private")
    need(currency="USD")
    need(begin="2025-01-01", end="2025-12-31")
    offer(who["donor"], visibility="private")
    found = inputs.gathered(Viewer(OWN), "EUR", TODAY)
    assert (len(found.market.needs), len(found.market.offers), found.others) == (1, 0, 1)


def test_what_projects_bring_and_take_is_off_needs_and_offers(who: dict[str, str], pelia: Client) -> None:
    """A need that a project pays in full is matched no more, and the offer's page says what is left."""
    mine, west = need(visibility="public"), offer(who["donor"], budget="60000")
    key = run()
    assert "50\N{NO-BREAK SPACE}000.50" in text(pelia, f"matching/{key}/propose/{mine}/")
    at = sent(pelia, f"matching/{key}/propose/{mine}/", title="Two machines")
    project = acts.subjects("project")[0]
    assert project.key in at
    [giver] = project.of(Project).givers
    assert (giver.actor, giver.amount, giver.offer) == (who["donor"], 5000050, west)
    assert offers.left(acts.subjects("offer")) == {west: 6000000 - 5000050}
    with pytest.raises(Refused, match="currency of open needs"):
        run()


def test_a_run_is_kept_with_the_digest_of_what_went_in(who: dict[str, str]) -> None:
    """It can be read as it was after needs have changed; twice with one request it is run once."""
    mine = need()
    offer(who["donor"])
    key = run(request="k1")
    assert run(request="k1") == key
    kept = acts.subjects("matching")[0].of(Run)
    assert kept.digest == runs.digest(read(key).market)
    assert (kept.needs, kept.offers, kept.matched) == (1, 1, "50000.5")
    needs.move(mine, "withdrawn", actor=OWN, by=COORDINATOR)
    assert read(key).market.needs[0].id == mine


def test_a_run_is_its_actors_alone(who: dict[str, str], pelia: Client) -> None:
    """Another actor finds none; the auditor sees it and changes nothing."""
    need()
    key = run()
    text(seated("dora", who["donor"]), f"matching/{key}/", 404)
    text(people.signed_in("auditor", "auditor"), f"matching/{key}/")
    assert pelia.get(f"/cooperation/matching/{key}/").status_code == 200


def test_the_page_says_who_helps_whom_and_why_and_what_stops_the_others(who: dict[str, str], pelia: Client) -> None:
    """With titles, and as a file."""
    need()
    need(OTHER, title="Training of tracers", theme="tracing", visibility="public")
    offer(who["donor"])
    page = text(pelia, f"matching/{run()}/")
    assert "Marking of the police stocks" in page
    assert "Marking and records in the west" in page
    assert "theme marking is one the offer is for" in page
    assert "Training of tracers" in page
    assert "no offer is for theme tracing" in page
    assert "the best there is" in page
    key = acts.subjects("matching")[0].key
    assert "theme marking" in taken(pelia, f"matching/{key}/")


def test_it_is_run_from_the_page(who: dict[str, str], pelia: Client) -> None:
    """Prepared needs count more where one says so."""
    need(begin="2026-01-01", end="2099-12-31")
    offer(who["donor"], end="2099-12-31")
    at = sent(pelia, "matching/run/", currency="EUR", readiness="on")
    found = read(at.rstrip("/").rpartition("/")[2])
    assert found.market.needs[0].weight > 1
    assert any("readiness 7/12" in str(reason) for reason in found.answer.matches[0].reasons)
    assert "EUR" in text(pelia, "matching/")


def test_a_decision_by_hand_makes_a_new_run_that_says_what_it_costs(who: dict[str, str], pelia: Client) -> None:
    """And can be taken back in another."""
    first = need()
    second = need(OTHER, priority=5, visibility="public", title="Less pressing")
    west = offer(who["donor"], budget="50000.50")
    key = run()
    fields: dict[str, Any] = {
        "need": second,
        "offer": west,
        "what": "fix",
        "amount": "20000",
        "reason": "promised to the minister",
    }
    new = sent(pelia, f"matching/{key}/override/", **fields).rstrip("/").rpartition("/")[2]
    found = read(new)
    assert found.answer.overrides is not None
    assert found.answer.overrides.cost > 1
    assert [one.need for one in found.answer.overrides.loses] == [first]
    page = text(pelia, f"matching/{new}/")
    assert "promised to the minister" in page
    assert "needs that lose by it: 1, that gain: 1" in page
    back = sent(pelia, f"matching/{new}/without/", pair=f"{second} {west}").rstrip("/").rpartition("/")[2]
    assert read(back).answer.objective == read(key).answer.objective


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"what": "fix", "amount": "", "reason": "x"}, "Say how much."),
        ({"what": "forbid", "amount": "5", "reason": "x"}, "What gives nothing has no amount."),
        ({"what": "fix", "amount": "999999", "reason": "x"}, "Need Marking of the police stocks: more is fixed"),
        ({"what": "fix", "amount": "1,5", "reason": "x"}, "an amount with at most 2 decimals"),
    ],
)
def test_what_cannot_be_decided_is_said_beside_the_form(
    who: dict[str, str], pelia: Client, fields: dict[str, str], said: str
) -> None:
    """And nothing is run."""
    mine, west = need(), offer(who["donor"])
    key = run()
    assert said in sent(pelia, f"matching/{key}/override/", 422, need=mine, offer=west, **fields)
    assert len(acts.subjects("matching")) == 1


def test_only_a_side_proposes_a_project_of_it(who: dict[str, str], pelia: Client) -> None:
    """Neither the recipient nor a provider: refused."""
    theirs = need(OTHER, visibility="public")
    offer(who["donor"])
    key = run()
    assert pelia.get(f"/cooperation/matching/{key}/propose/{theirs}/").status_code == 403


def test_the_document_of_a_run_names_nobody_and_holds_no_words(who: dict[str, str]) -> None:
    """Titles and reasons stand beside the log; the attachment has their ids."""
    mine, west = need(), offer(who["donor"])
    key = runs.override(run(), mine, west, forbid=True, reason="they quarrelled", actor=OWN, by=COORDINATOR)
    written = json.dumps(repr(read(key)))
    assert "quarrelled" not in written
    assert "police stocks" not in written
