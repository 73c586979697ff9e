"""Paper forms: each has its number, is keyed once with the time it was written, or is declared void; all are accounted for."""

import pytest

from countermark.ledger import identity, store
from countermark.ledger.reasons import Reason
from countermark.ledger.verify import verify
from countermark.register import papercodes, papers, services
from countermark.register.checking import Refused
from countermark.register.papermodels import PaperForm
from countermark.register.services import Added
from tests.register import people
from tests.register.people import CHIEF

pytestmark = pytest.mark.django_db


def issued(kind: str = "event", event: str = "loss", **more: str) -> str:
    [form] = papers.issue(kind, event=event if kind == "event" else "", by=CHIEF, **more)  # type: ignore[arg-type]
    return form.code


def lost(weapon: str, code: str) -> Added:
    fields = {"event": "loss", "date": "2026-06-29", "document": papers.document("", code)}
    return services.add_event(weapon, fields, by=CHIEF)


def acts(word: str) -> list[dict[str, object]]:
    return [entry.body for entry in store.all_entries() if entry.body.get("act") == word]


def test_forms_are_numbered_one_by_one_and_listed_until_they_come_back() -> None:
    forms = papers.issue("weapon", copies=3, to="Sergeant Okoro", by=CHIEF)

    assert len({form.code for form in forms}) == 3
    assert {papercodes.kind_of(form.code) for form in forms} == {"weapon"}
    assert set(papers.outstanding()) == set(forms)
    assert list(papers.outstanding("somebody else")) == []
    assert len(acts("form_issued")) == 3


def test_who_took_a_form_is_named_by_an_opaque_id_that_can_be_erased() -> None:
    form = papers.issue("weapon", to="Sergeant  Okoro", by=CHIEF)[0]

    assert form.issued_to == identity.ref("person", "Sergeant Okoro")
    assert all("Okoro" not in str(entry.body) for entry in store.all_entries())
    assert "Okoro" not in str(PaperForm.objects.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "poem"},
        {"kind": "event"},
        {"kind": "event", "event": "same_as"},
        {"kind": "weapon", "event": "loss"},
        {"kind": "weapon", "copies": 0},
        {"kind": "weapon", "copies": 51},
        {"kind": "weapon", "to": "x" * 201},
        {"kind": "weapon", "to": "a\u0007b"},
    ],
)
def test_what_cannot_be_printed_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        papers.issue(**wrong, by=CHIEF)  # type: ignore[arg-type]
    assert not PaperForm.objects.exists()


def test_a_keyed_form_names_its_event_the_time_on_paper_and_who_keyed_it() -> None:
    weapon, code = people.weapon("1"), issued()

    added = papers.key(code, "2026-06-29T21:40+01:00", lambda: lost(weapon, code), by=CHIEF)

    form = PaperForm.objects.get()
    assert (form.state, form.event_id, form.weapon_id) == (papers.KEYED, added.event_id, weapon)
    assert (form.written, form.keyed_by) == ("2026-06-29T21:40+01:00", "chief")
    [act] = acts("form_keyed")
    assert (act["form"], act["event"], act["written"]) == (code, added.event_id, "2026-06-29T21:40+01:00")
    assert verify().ok


def test_a_form_is_keyed_once() -> None:
    weapon, code = people.weapon("1"), issued()
    papers.key(code, "2026-06-29", lambda: lost(weapon, code), by=CHIEF)
    size = store.total_size()

    with pytest.raises(Refused) as refused:
        papers.key(code, "2026-06-29", lambda: lost(people.weapon("2"), code), by=CHIEF)

    assert refused.value.errors[0].code == "keyed"
    assert store.total_size() == size


def test_when_the_event_is_refused_the_form_stays_out() -> None:
    code = issued()

    with pytest.raises(Refused):
        papers.key(code, "2026-06-29", lambda: lost("00000000-0000-0000-0000-000000000000", code), by=CHIEF)

    assert PaperForm.objects.get().state == papers.OUT
    assert acts("form_keyed") == []


@pytest.mark.parametrize("text", ["", "2026", "2026-06", "yesterday", "2999-01-01", "2026-06-29T21:40", "9" * 50])
def test_the_time_on_paper_is_at_least_a_day_and_not_to_come(text: str) -> None:
    weapon, code = people.weapon("1"), issued()

    with pytest.raises(Refused) as refused:
        papers.key(code, text, lambda: lost(weapon, code), by=CHIEF)

    assert refused.value.errors[0].column == "written"


def test_a_form_that_was_lost_is_declared_void_with_the_reason_and_cannot_be_keyed() -> None:
    weapon, code = people.weapon("1"), issued()

    papers.void(code, Reason("spoiled", "wet"), by=CHIEF)

    assert list(papers.outstanding()) == []
    assert [form.state for form in papers.settled()] == [papers.VOID]
    with pytest.raises(Refused):
        papers.key(code, "2026-06-29", lambda: lost(weapon, code), by=CHIEF)
    with pytest.raises(Refused):
        papers.void(code, "spoiled", by=CHIEF)
    assert verify().ok


def test_a_void_form_needs_a_reason() -> None:
    with pytest.raises(Refused):
        papers.void(issued(), " ", by=CHIEF)


def test_a_form_changed_behind_the_ledgers_back_is_found_by_verify() -> None:
    issued()
    PaperForm.objects.update(state=papers.VOID)

    assert not verify().ok


def test_a_form_is_found_by_its_code_however_it_is_typed() -> None:
    code = issued()

    assert papers.find(papercodes.shown(code).lower()) == PaperForm.objects.get()
    assert papers.find("R-77") is None


def test_a_document_named_on_the_paper_stands_before_the_code() -> None:
    code = papercodes.code_of("event", 7)

    assert papers.document("", code) == papercodes.shown(code)
    assert papers.document("Order 17", code) == f"Order 17; {papercodes.shown(code)}"
