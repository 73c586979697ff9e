"""The auditor counts why things were done, and nobody's words are opened for it."""

import re

import pytest

from countermark.ledger.reasons import Reason
from countermark.ledger.services import require_own_log
from countermark.register import services
from countermark.register.queries import logs
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


def corrected() -> None:
    given: tuple[Reason | str, ...] = ("twice", Reason("twice", "by Okoro"), "words alone")
    for number, why in enumerate(given):
        event = services.add_event(people.weapon(str(number)), {"event": "transfer", "date": "1990"}, by=CHIEF)
        services.correct_event(event.event_id, None, reason=why, by=CHIEF)


def test_reasons_are_counted_by_kind_and_code() -> None:
    corrected()

    assert logs.count_reasons(require_own_log()).reasons == [(("correction", "twice"), 2), (("correction", "other"), 1)]


def test_what_was_recorded_outside_the_period_is_not_counted() -> None:
    corrected()

    assert logs.count_reasons(require_own_log(), until="2020-01-01").reasons == []


def test_a_bounded_count_says_that_it_is_not_whole() -> None:
    corrected()

    found = logs.count_reasons(require_own_log(), most=1)

    assert (found.reasons, found.whole) == ([(("correction", "other"), 1)], False)


def test_the_auditor_counts_by_reason_and_is_led_to_the_entries() -> None:
    corrected()
    auditor = people.signed_in("olga", "auditor")

    page = auditor.get("/ledger/reasons/").content.decode()
    [address] = re.findall(r'href="(/ledger/[^"]*correction.twice[^"]*)"', page)
    entries = auditor.get(address.replace("&amp;", "&")).content.decode()

    assert "recorded twice" in page
    assert "Okoro" not in page
    assert entries.count("recorded twice") == 3  # two entries, and the choice in the form


def test_a_record_shows_the_code_of_a_correction_with_its_words() -> None:
    weapon = people.weapon("1")
    event = services.add_event(weapon, {"event": "transfer", "date": "1990"}, by=CHIEF)
    services.correct_event(event.event_id, None, reason=Reason("wrong_weapon", "it was the next line"), by=CHIEF)

    page = people.signed_in("alice", "registrar").get(f"/weapons/{weapon}/").content.decode()

    assert "recorded of another weapon: it was the next line" in page
