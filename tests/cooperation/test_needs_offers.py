from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.cooperation import actors, acts, needs, offers, queries
from countermark.cooperation.needs import Need
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.rules.seeing import sees
from countermark.ledger import store
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from tests.cooperation.region import COORDINATOR, need, offer, region, said_need, said_offer

pytestmark = pytest.mark.django_db


def test_a_need_is_read_back_as_it_was_said() -> None:
    region()
    found = needs.mine(need(), "XA")

    value = found.of(Need)
    assert (value.amount, value.running, value.kinds) == (5000050, 200000, ("equipment", "training"))
    assert acts.texts_of([found])[value.gap] == "A third of the weapons of the police bear no import mark."


def test_no_word_a_state_wrote_stands_in_the_log() -> None:
    region()
    need(plan="National action plan 2026, line 4", sites=["Barracks of the north"], evidence="a visit in May")

    log = "".join(
        repr(entry.body) for entry in store.entries_at(list(store.positions_with(b'"act":"cooperation_need_set')))
    )
    assert log
    for word in ("police", "Barracks", "action plan", "visit in May"):
        assert word not in log


def test_a_need_stated_twice_with_one_request_is_one_need() -> None:
    region()

    first = needs.state_need(said_need(), actor="XA", by=COORDINATOR, request="a")
    second = needs.state_need(said_need(), actor="XA", by=COORDINATOR, request="a")

    assert first == second
    assert len(acts.subjects("need")) == 1


def test_a_need_of_another_state_is_not_changed() -> None:
    region()
    key = need("XQ")

    with pytest.raises(Refused):
        needs.state_need(said_need(), actor="XA", by=COORDINATOR, key=key)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("theme", "everything"),
        ("currency", "XYZ9"),
        ("priority", 6),
        ("end", "2025-12-31"),
        ("min_share", 101),
        ("visibility", "friends"),
        ("visibility", "partners"),
        ("languages", ["xx1"]),
        ("once", []),
        ("title", "  "),
        ("readiness", {"rules": 4}),
    ],
)
def test_what_no_need_can_be_is_refused(field: str, value: Any) -> None:
    region()

    with pytest.raises(Refused):
        need(**{field: value})


def test_an_offer_is_stated_and_its_budget_counts_minor_units() -> None:
    who = region()

    found = offers.mine(offer(who["donor"]), who["donor"])

    assert found.value["budget"] == 25000000


def test_an_offer_of_funds_without_a_budget_is_refused() -> None:
    who = region()

    with pytest.raises(Refused):
        offers.state_offer(said_offer(budget="0", kinds=["funds"]), actor=who["donor"], by=COORDINATOR)


def test_a_need_is_seen_by_its_state_its_partners_or_everybody_as_the_state_says() -> None:
    who = region()
    private, shared, public = (
        need(),
        need(visibility="partners", partners=[who["donor"]]),
        need(visibility="public"),
    )

    def seen(actor: str) -> set[str]:
        return {one.key for one in queries.visible(Viewer(actor), "need")}

    assert seen("XA") == {private, shared, public}
    assert seen(who["donor"]) == {shared, public}
    assert seen("XQ") == seen("") == {public}
    assert {one.key for one in queries.visible(Viewer("", all=True), "need")} == {private, shared, public}


def test_a_draft_is_seen_by_its_owner_alone() -> None:
    who = region()
    key = needs.state_need(said_need(visibility="public"), actor="XA", by=COORDINATOR, state="draft")

    assert queries.known(Viewer("XA"), "need", key) is not None
    assert queries.known(Viewer(who["donor"]), "need", key) is None


def test_views_are_rebuilt_equal() -> None:
    who = region()
    need()
    offer(who["donor"])

    assert verify().ok


@pytest.mark.parametrize("code", ["XAU", "XTS", "XXX", "CLF", "nonsense"])
def test_a_need_costs_money_and_nothing_else_of_iso_4217(code: str) -> None:
    region()

    with pytest.raises(Refused, match="currency"):
        need(currency=code)


def test_the_contact_of_an_actor_is_told_for_a_reason_that_stands_in_the_log() -> None:
    actors.set_actor("", "Republic of XA", "state", country_code="XA", contact="A. Person, +1 555", by=COORDINATOR)

    assert actors.contact_of("XA", "to agree on a date", by=COORDINATOR) == "A. Person, +1 555"
    with pytest.raises(Refused):
        actors.contact_of("XA", " ", by=COORDINATOR)


@given(st.integers(0, money.MOST), st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_an_amount_written_is_read_as_the_same_amount(amount: int, currency: str) -> None:
    assert money.parse(money.written(amount, currency), currency) == amount


@pytest.mark.parametrize("text", ["1,500", "1,50", "-3", "1e5", "١٢", "", "12.345", "1.2.3", "nan"])
def test_an_amount_that_could_mean_two_things_or_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="an amount"):
        money.parse(text, "EUR")


def test_what_another_version_wrote_about_who_may_see_stays_closed() -> None:
    assert not sees("XB", "XA", "somebody", ["XB"])


def test_an_offer_that_is_published_is_seen_by_everybody_and_one_kept_is_not() -> None:
    who = region()
    published, kept = offer(who["donor"]), offer(who["donor"], visibility="private")

    assert {one.key for one in queries.visible(Viewer("XQ"), "offer")} == {published}
    assert {one.key for one in queries.visible(Viewer(who["donor"]), "offer")} == {published, kept}
