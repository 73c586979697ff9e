"""Needs and offers on pages: stated line by line without scripts, shown whole, narrowed, changed, taken back."""

from typing import Any

import pytest
from django.test import Client

from countermark.cooperation import actors, acts, needs, offers
from countermark.cooperation.needs import Need
from countermark.cooperation.offers import Offer
from tests.cooperation.pagekit import seated, sent, taken, text
from tests.cooperation.region import need, offer, region, said_need
from tests.register import people

pytestmark = pytest.mark.django_db

NO_LINES = {
    f"{name}-{field}": "0" for name in ("wanted", "once", "yearly") for field in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def who() -> dict[str, str]:
    return region()


@pytest.fixture
def pelia(who: dict[str, str]) -> Client:
    return seated("pelia", who["own"], "assistance")


def form(**more: Any) -> dict[str, Any]:
    said = {
        **NO_LINES,
        "once-TOTAL_FORMS": "3",
        "title": "A second machine",
        "theme": "marking",
        "gap": "One machine for nine regions.",
        "priority": "2",
        "begin": "2027-01-01",
        "end": "2028-12-31",
        "currency": "EUR",
        "once-0-category": "equipment",
        "once-0-amount": "40000",
        "visibility": "public",
        "action": "keep",
    }
    return {**said, **more}


def only(kind: str = "need") -> Any:
    [found] = acts.subjects(kind)
    return found


def test_a_need_is_stated_with_its_lines_and_shown_whole(pelia: Client, who: dict[str, str]) -> None:
    page = sent(
        pelia, "needs/add/",
        **form(**{
            "wanted-TOTAL_FORMS": "3", "wanted-1-kind": "equipment", "wanted-1-what": "dot-peen machine", "wanted-1-quantity": "2",
            "yearly-TOTAL_FORMS": "2", "yearly-0-category": "power", "yearly-0-amount": "1200", "yearly-0-payer": who["own"],
            "yearly-1-category": "consumables", "yearly-1-amount": "800.50", "rules": "3", "sites": "Barracks of the north\nDepot",
            "evidence": "a visit in May",
        }),
    ).removeprefix("/cooperation/")  # fmt: skip

    shown = text(pelia, page)
    for said in (
        "A second machine",
        "dot-peen machine",
        "nobody yet",
        "800.50",
        "Barracks of the north; Depot",
        "in place",
        "a visit in May",
    ):
        assert said in shown
    assert "60\u00a0005.00" in shown  # 40 000 once and ten years of 2 000.50
    assert only().of(Need).running == 200050


def test_more_lines_are_given_without_judging_or_losing_what_was_written(pelia: Client) -> None:
    page = sent(pelia, "needs/add/", 200, **form(title="", more="once"))

    assert "once-5-amount" in page
    assert "once-6-amount" not in page
    assert 'value="40000"' in page
    assert "field-errors" not in page
    assert acts.subjects("need") == []


def test_a_fault_in_a_line_is_shown_beside_it_and_nothing_is_kept(pelia: Client) -> None:
    page = sent(pelia, "needs/add/", 422, **form(**{"once-0-amount": "1,500"}))

    assert "an amount with at most 2 decimals" in page
    assert "One machine for nine regions." in page
    assert acts.subjects("need") == []


def test_a_need_without_any_cost_is_refused_in_words(pelia: Client) -> None:
    assert "at least one cost" in sent(pelia, "needs/add/", 422, **form(**{"once-0-category": "", "once-0-amount": ""}))


def test_a_need_sent_twice_is_one_need(pelia: Client) -> None:
    for _ in range(2):
        sent(pelia, "needs/add/", **form(once="k1"))

    assert len(acts.subjects("need")) == 1


def test_a_need_is_changed_with_what_it_said_before(pelia: Client) -> None:
    key = need(sites=["Depot"], wanted=[], evidence="a visit")
    page = text(pelia, f"needs/{key}/change/")
    assert 'value="40000.00"' in page
    assert "a visit" in page

    sent(pelia, f"needs/{key}/change/", **form(**{"once-INITIAL_FORMS": "2", "title": "Two machines"}))

    assert acts.texts_of([only()])[only().of(Need).title] == "Two machines"
    assert only().of(Need).amount == 4000000


def test_a_figure_is_kept_with_its_day_and_read_anew_only_when_asked(pelia: Client) -> None:
    people.weapon("W0", "AB1000")
    sent(pelia, "needs/add/", **form(indicator="missing"))
    key, first = only().key, only().of(Need).evidence
    assert (first.indicator, first.value, len(first.as_of)) == ("missing", "0", 10)
    people.event(people.weapon("W1", "AB1001"), event="loss", date="2026-02-03", note="not at the count")

    sent(pelia, f"needs/{key}/change/", **form(indicator="missing", title="Other title"))
    assert only().of(Need).evidence == first
    sent(pelia, f"needs/{key}/change/", **form(indicator="missing", anew="on"))
    assert only().of(Need).evidence.value == "1"
    assert "Weapons lost or stolen: 1" in text(pelia, f"needs/{key}/")


def test_a_figure_without_data_is_said_to_have_none_and_is_no_evidence(pelia: Client) -> None:
    assert "no data" in text(pelia, "needs/add/")

    assert "There is no data for this figure" in sent(pelia, "needs/add/", 422, **form(indicator="requests_unanswered"))


def test_figures_of_this_state_are_not_offered_to_another_actor(who: dict[str, str]) -> None:
    people.weapon("W0", "AB1000")
    donor = seated("ingrid", who["donor"])

    assert "Weapons lost or stolen" not in text(donor, "needs/add/")
    sent(donor, "needs/add/", **form(indicator="missing"))
    assert only().of(Need).evidence.indicator == ""


def test_a_need_is_withdrawn_and_opened_again(pelia: Client) -> None:
    key = need()

    sent(pelia, f"needs/{key}/state/", state="withdrawn")
    assert only().state == "withdrawn"
    sent(pelia, f"needs/{key}/state/", state="open")
    assert only().state == "open"


def test_an_offer_is_made_shown_changed_and_used_up(who: dict[str, str]) -> None:
    donor = seated("ingrid", who["donor"])
    said: dict[str, Any] = {
        "title": "Marking in the west", "kinds": ["funds"], "budget": "250000", "currency": "eur", "begin": "2027-01-01",
        "end": "2028-12-31", "themes": ["marking"], "regions": "west, XQ", "eligible": [who["own"]], "visibility": "public",
    }  # fmt: skip
    page = sent(donor, "offers/add/", **said, once="k1").removeprefix("/cooperation/")
    shown = text(donor, page)
    for words in ("Marking in the west", "250\u00a0000.00\u00a0EUR", "west, XQ", "Republic of XA", "no data"):
        assert words in shown

    sent(donor, f"{page}change/", **{**said, "budget": "300000"})
    assert only("offer").of(Offer).budget == 30000000
    sent(donor, f"{page}state/", state="spent")
    assert only("offer").state == "spent"


def test_what_is_left_of_an_offer_is_its_budget_less_what_was_given(
    who: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = offer(who["donor"])
    found = acts.subjects("offer")
    monkeypatch.setattr(offers, "_GIVEN", [])
    assert offers.left(found) == {}

    offers.given_by(lambda some: {one.key: 10000000 for one in some})
    offers.given_by(lambda some: None)

    assert offers.left(found) == {key: 15000000}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("text=police", {"Police"}),
        ("text=nothing+of+the+kind", set()),
        ("theme=tracing", {"Courts"}),
        ("kind=training", {"Police", "Courts"}),
        ("kind=software", set()),
        ("priority=1", {"Courts"}),
        ("actor=XQ", {"Courts"}),
        ("state=withdrawn", set()),
        ("begin=2029-01-01", set()),
        ("begin=2028-12-31&end=2028-12-31", {"Police", "Courts"}),
        ("begin=never", {"Police", "Courts"}),
    ],
)
def test_the_list_of_needs_is_narrowed_and_what_is_seen_is_what_is_taken(
    pelia: Client, query: str, expected: set[str]
) -> None:
    need(title="Police", visibility="public")
    need("XQ", title="Courts", theme="tracing", gap="No tools", priority=1, visibility="public")

    page = text(pelia, f"needs/?{query}")
    assert {name for name in ("Police", "Courts") if f">{name}</bdi>" in page} == expected
    if expected:
        file = taken(pelia, f"needs/?{query}")
        assert {name for name in ("Police", "Courts") if f"\n{name}," in file} == expected


def test_needs_stand_in_the_order_asked_for(pelia: Client) -> None:
    need(title="Later and larger", priority=3, once=[needs.Costed("equipment", "90000")])
    need(title="Urgent", priority=1)

    page = text(pelia, "needs/?order=priority")
    assert page.index("Urgent") < page.index("Later and larger")
    page = text(pelia, "needs/?order=amount")
    assert page.index("Urgent") > page.index("Later and larger")


def test_the_first_page_says_what_waits_and_where_to_begin(pelia: Client) -> None:
    needs.state_need(said_need(title="Half written"), actor="XA", by=people.CHIEF, state="draft")
    need()

    page = text(pelia, "")
    assert "Half written: a draft" in page
    assert "nobody pays 1\u00a0200.00\u00a0EUR a year yet" in page


def test_who_speaks_for_nobody_is_told_that_a_seat_is_needed(who: dict[str, str]) -> None:
    nobody = people.signed_in("nobody", "partner")

    assert "gives you a seat" in text(nobody, "needs/add/", 409)
    assert "gives you a seat" in text(nobody, "sheets/needs/", 409)
    assert "ask the assistance coordinator" in text(nobody, "")


def test_an_empty_room_says_where_to_begin() -> None:
    assert "Begin with your own State" in text(people.signed_in("pelia", "assistance"), "")


def test_the_first_page_shows_a_state_the_offers_it_may_ask_for(pelia: Client, who: dict[str, str]) -> None:
    offer(who["donor"], title="For the west", end="2040-12-31")
    offer(who["donor"], title="For the east", end="2040-12-31", regions=["east"])
    offer(who["donor"], title="For XQ alone", end="2040-12-31", eligible=["XQ"])
    offer(who["donor"], title="Long over", begin="2020-01-01", end="2020-12-31")

    page = text(pelia, "")
    assert "Offers you may ask for (1)" in page
    assert "For the west" in page


def test_the_first_page_shows_a_donor_the_needs_that_fit_what_it_offers(who: dict[str, str]) -> None:
    donor = seated("ingrid", who["donor"])
    need(title="Marking", visibility="public", end="2040-12-31")
    need(title="Borders", theme="borders", visibility="public", end="2040-12-31")
    need(title="Kept", end="2040-12-31")
    assert "where you work (2)" in text(donor, "")

    offer(who["donor"], themes=["borders"], end="2040-12-31")

    page = text(donor, "")
    assert "where you work (1)" in page
    assert "Borders" in page


def test_the_first_page_shows_a_regional_centre_the_needs_of_its_region(who: dict[str, str]) -> None:
    centre = seated("vera", who["centre"])
    need(title="Marking", visibility="public", end="2040-12-31")
    actors.set_actor("", "Republic of XE", "state", country_code="XE", regions=["east"], by=people.CHIEF)
    need("XE", title="Elsewhere", visibility="public", end="2040-12-31")

    page = text(centre, "")
    assert "Marking" in page
    assert "Elsewhere" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Republic of XA", "Republic of XQ", "Development Fund of XD", "Regional Centre West"}),
        ("kind=donor", {"Development Fund of XD"}),
        ("region=WEST", {"Republic of XA", "Republic of XQ", "Regional Centre West"}),
        ("region=xq", {"Republic of XQ"}),
        ("text=fund", {"Development Fund of XD"}),
    ],
)
def test_the_list_of_actors_is_narrowed(who: dict[str, str], query: str, expected: set[str]) -> None:
    page = text(people.signed_in("vera", "partner"), f"actors/?{query}")

    assert {name for name in actors.names().values() if f">{name}</bdi>" in page} == expected


def test_an_actor_is_listed_with_the_open_needs_and_offers_one_may_see(who: dict[str, str]) -> None:
    need("XQ", visibility="public")
    need("XQ")
    donor = seated("ingrid", who["donor"])

    row = text(donor, "actors/?region=xq").partition("Republic of XQ</bdi>")[2].partition("</tr>")[0]
    assert "actor=XQ" in row
    assert ">1</bdi>" in row
    assert ">2</bdi>" not in row


def test_a_state_that_is_entered_already_is_shown_beside_what_was_typed_and_stays_as_it_is(who: dict[str, str]) -> None:
    chief = seated("hosting", who["own"], "assistance")
    before = acts.subject("actor", "XQ")

    answer = chief.post("/cooperation/actors/add/", {"name": "Realm of XQ", "kind": "state", "country": "xq"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert acts.subject("actor", "XQ") == before
    for word in ("Republic of XQ", "Realm of XQ", "/cooperation/actors/XQ/"):
        assert word in page


def test_a_state_entered_twice_as_it_is_stays_one(who: dict[str, str]) -> None:
    before = acts.subject("actor", "XQ")

    actors.set_actor("", "Republic of XQ", "state", country_code="XQ", regions=["west"], by=people.CHIEF)

    assert acts.subject("actor", "XQ") == before


def test_a_state_is_described_anew_by_its_key(who: dict[str, str]) -> None:
    actors.set_actor("XQ", "Realm of XQ", "state", country_code="XQ", by=people.CHIEF)

    assert actors.names(["XQ"]) == {"XQ": "Realm of XQ"}
