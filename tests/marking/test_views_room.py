"""Pages of numbers, equipment, models, finds and coverage."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from countermark.marking import catalogue, consultations, coverage, equipment, numbering, origins
from countermark.marking.views import finds
from tests.marking import photograph, workshop
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(db: None) -> Client:
    return people.signed_in("mara", "marking")


def text(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
    return str(response.content.decode())


def send(client: Client, url: str, **fields: object) -> str:
    response = client.post(url, fields, follow=True)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


# Numbers


AUTHORITY = {
    "key": "xa-import",
    "title": "Import marks",
    "purpose": "import",
    "country": "XA",
    "pattern": "{country}{yy}{number:6}{check}",
    "system": "mod37_36",
    "start": "1",
}


def test_the_page_of_an_authority_asks_how_many_numbers_a_block_has(officer: Client) -> None:
    workshop.authority()
    assert 'name="size"' in officer.get("/marking/numbers/xa-import/").content.decode()


def test_an_authority_is_opened_and_given_a_block(officer: Client) -> None:
    send(officer, "/marking/numbers/new/", **AUTHORITY)
    page = send(officer, "/marking/numbers/xa-import/block/", size="100", holder="")

    assert [block.left for block in numbering.blocks("xa-import")] == [100]
    assert "1 – 100" in page
    assert "Import marks" in text(officer, "/marking/numbers/")


def test_a_pattern_that_is_none_is_refused_beside_its_field(officer: Client) -> None:
    response = officer.post("/marking/numbers/new/", {**AUTHORITY, "pattern": "{nonsense}"})

    assert response.status_code == 422
    assert "id_pattern_error" in response.content.decode()


def test_a_number_is_voided_with_a_reason(officer: Client) -> None:
    workshop.authority()
    numbering.issue("xa-import", by=CHIEF)

    assert officer.post("/marking/numbers/xa-import/void/", {"number": "1", "reason": ""}).status_code == 422
    page = send(officer, "/marking/numbers/xa-import/void/", number="1", reason="spoiled", words="the plate broke")

    assert "the plate broke" in page
    assert [one.state for one in numbering.issued("xa-import")] == ["voided"]


# Equipment


MACHINE = {"name": "Laser 2", "kind": "laser", "methods": ["laser"], "power_w": "800", "spare_parts": "lens, fan"}


def test_a_machine_is_registered_and_changed(officer: Client) -> None:
    send(officer, "/marking/machines/new/", **MACHINE)
    [made] = equipment.machines()
    send(officer, f"/marking/machines/{made.id}/edit/", **{**MACHINE, "power_w": "900"})

    [changed] = equipment.machines()
    assert (changed.id, changed.power_w, changed.spare_parts) == (made.id, 900, ["lens", "fan"])


def test_a_machine_stands_still_runs_again_and_is_maintained(officer: Client) -> None:
    url = f"/marking/machines/{workshop.laser().id}/"

    still = send(officer, f"{url}state/", reason="fault")
    runs = send(officer, f"{url}state/", action="running")
    kept = send(officer, f"{url}maintained/", date="2026-01-05", what="repair", parts="lens", note="")

    assert "fault" in still
    assert "The machine runs again." in runs
    assert "lens" in kept


def test_a_machine_of_another_place_is_not_there() -> None:
    people.places()
    machine = workshop.laser(SOUTH)
    northern = people.signed_in("nora", "marking", NORTH)

    assert northern.get(f"/marking/machines/{machine.id}/").status_code == 404
    assert northern.post(f"/marking/machines/{machine.id}/state/", {"reason": "fault"}).status_code == 404
    assert machine.name not in text(northern, "/marking/machines/")


def test_a_machine_is_not_registered_at_a_place_that_is_not_ones_own() -> None:
    people.places()
    northern = people.signed_in("nora", "marking", NORTH)

    assert northern.post("/marking/machines/new/", {**MACHINE, "place": ""}).status_code == 422
    assert equipment.machines() == []


def test_options_are_compared_and_what_is_not_known_is_named(officer: Client) -> None:
    page = send(
        officer,
        "/marking/machines/compare/",
        action="compare",
        steel="1000",
        years="5",
        hours_a_year="1600",
        options="1",
        **{"o0-method": "laser", "o0-units": "1", "o0-people": "1", "o0-purchase": "20000"},
    )

    assert "Comparison" in page
    assert "≥ 20,000" in page


def test_nothing_to_mark_is_refused(officer: Client) -> None:
    response = officer.post(
        "/marking/machines/compare/", {"action": "compare", "years": "5", "hours_a_year": "1600", "options": "0"}
    )

    assert response.status_code == 422


def test_a_consultation_is_recorded(officer: Client) -> None:
    send(
        officer,
        "/marking/consultations/new/",
        date="2026-03-04",
        topic="polymer",
        partner="ACME Arms",
        asked="Which plates last in polymer?",
    )

    assert [one.partner for one in consultations.consultations()] == ["ACME Arms"]
    assert "Which plates last in polymer?" in text(officer, "/marking/consultations/")


# Models


def test_the_control_component_of_a_model_is_named_and_reviewed(officer: Client) -> None:
    send(officer, "/marking/models/set/", maker="Rossi", model="M88", control_component="frame", source="the maker")
    page = send(officer, "/marking/models/review/", maker="Rossi", model="M88")

    found = catalogue.find("Rossi", "M88")
    assert found is not None
    assert (found.control_component, found.state) == ("frame", "known")
    assert "reviewed" in page


def test_a_registry_comes_back_as_it_was_downloaded(officer: Client) -> None:
    send(officer, "/marking/models/set/", maker="Rossi", model="M88", control_component="frame", source="the maker")
    saved = officer.get("/marking/models/file/").content

    page = send(officer, "/marking/models/load/", file=SimpleUploadedFile("m.csv", saved))

    assert "0 models are new or changed." in page


def test_a_bad_row_is_named_and_nothing_is_loaded(officer: Client) -> None:
    file = SimpleUploadedFile("m.csv", b"maker,model,kind\nRossi,M88,cannon\n")

    response = officer.post("/marking/models/load/", {"file": file})

    assert response.status_code == 422
    assert "row 2" in response.content.decode()
    assert catalogue.models() == []


def test_the_identity_policy_needs_its_source(officer: Client) -> None:
    assert officer.post("/marking/models/policy/", {"policy": "essential", "source": ""}).status_code == 422
    page = send(officer, "/marking/models/policy/", policy="essential", source="Arms Act, s. 4")

    assert "Arms Act, s. 4" in page


# Finds and other origins


def test_finds_are_listed_and_decided(officer: Client) -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="find", date="2026-01-02", country="XA")
    assert "W1" in text(officer, f"/marking/origins/{weapon}/")
    assert "overdue" in text(officer, "/marking/finds/?undecided=1")

    send(officer, f"/marking/origins/{weapon}/decision/", decision="mark", reason="no owner is known")

    assert [find.decision for find in origins.finds(people.person("boss", "marking"))] == ["mark"]
    assert "Every weapon found is dealt with." in text(officer, "/marking/finds/?undecided=1")


def test_finds_to_be_marked_lead_to_a_work_order_for_them(officer: Client) -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="find", date="2026-01-02", country="XA")
    origins.decide(weapon, "mark", reason="no owner is known", by=CHIEF)

    assert "/marking/orders/new/?occasion=found&amp;ref=W1" in text(officer, "/marking/finds/")
    form = text(officer, "/marking/orders/new/?occasion=found&ref=W1")
    assert '<option value="found" selected>' in form
    assert "W1</textarea>" in form


def test_production_and_deactivation_are_recorded(officer: Client) -> None:
    weapon = people.weapon("W1")

    send(officer, f"/marking/origins/{weapon}/production/", production="craft", basis="expert opinion")
    page = send(
        officer, f"/marking/origins/{weapon}/deactivation/", date="2026-02-03", number="D 17", authority="Proof house"
    )

    assert origins.production_of(weapon) == "craft"
    assert "D 17" in page
    assert "craft" in text(officer, "/marking/finds/")


def test_the_origin_of_a_weapon_of_another_place_is_not_there() -> None:
    people.places()
    weapon = people.weapon("W1", place=SOUTH)
    northern = people.signed_in("nora", "marking", NORTH)

    assert northern.get(f"/marking/origins/{weapon}/").status_code == 404
    assert northern.post(f"/marking/origins/{weapon}/decision/", {"decision": "mark"}).status_code == 404


# Coverage


def test_coverage_is_told_and_drawn(officer: Client) -> None:
    people.weapon("W1")
    people.weapon("W2", marks=[{"component": "frame", "mark_condition": "none"}])

    page = text(officer, "/marking/coverage/")

    assert "1 of 2 weapons held are duly marked." in page
    assert "<svg" in page


def test_the_state_asks_for_a_mark_of_its_stock(officer: Client) -> None:
    people.weapon("W1")

    page = send(officer, "/marking/coverage/rule/", required="1")

    assert coverage.state_mark_required()
    assert "0 of 1 weapons held are duly marked." in page


def test_a_decision_is_chosen_not_preset_and_stands_on_the_page(officer: Client) -> None:
    weapon = people.weapon("W1")
    people.event(weapon, event="find", date="2026-01-02", country="XA")
    url = f"/marking/origins/{weapon}/"

    assert "undecided" in text(officer, url)
    assert officer.post(f"{url}decision/", {"decision": "", "reason": "because"}).status_code == 422
    assert "destroy</dd>" in send(officer, f"{url}decision/", decision="destroy", reason="worn out")


def document(data: bytes = photograph.PDF, name: str = "letter.exe") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "application/x-msdownload")


def test_a_certificate_is_kept_with_its_document_whatever_its_file_is_called(officer: Client) -> None:
    weapon = people.weapon("W1")
    fields = {"date": "2026-03-01", "number": "C-7", "authority": "Proof House"}
    send(officer, f"/marking/origins/{weapon}/deactivation/", **fields, document=document())

    saved = officer.get(f"/marking/certificates/{weapon}/")
    assert (saved.content, saved["Content-Type"]) == (photograph.PDF, "application/pdf")
    assert saved["Content-Disposition"].startswith("attachment")
    assert f"/marking/certificates/{weapon}/" in text(officer, f"/marking/origins/{weapon}/")


def test_the_document_of_a_certificate_comes_later(officer: Client) -> None:
    weapon = people.weapon("W1")
    origins.deactivate(weapon, "2026-03-01", number="C-7", authority="Proof House", by=CHIEF)
    url = f"/marking/origins/{weapon}/"

    assert officer.post(f"{url}certificate/", {"document": document(b"MZ")}).status_code == 422
    send(officer, f"{url}certificate/", document=document(photograph.jpeg()))

    shown = officer.get(f"/marking/certificates/{weapon}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert photograph.SECRET not in shown.content


def test_a_certificate_at_another_place_is_not_given_out() -> None:
    people.places()
    weapon = people.weapon("W1", place=SOUTH)
    origins.deactivate(weapon, "2026-03-01", number="C", authority="P", document=photograph.PDF, by=CHIEF)

    assert people.signed_in("nora", "marking", NORTH).get(f"/marking/certificates/{weapon}/").status_code == 404


def test_a_consultation_is_answered_with_a_letter(officer: Client) -> None:
    asked = {"date": "2026-03-04", "topic": "polymer", "partner": "ACME Arms", "asked": "Which plates last?"}
    send(officer, "/marking/consultations/new/", **asked)
    [known] = consultations.consultations()
    url = f"/marking/consultations/{known.id}/"

    assert officer.post(url, {**asked, "documents": document(b"MZ")}).status_code == 422
    page = send(officer, url, **asked, answered="Steel ones.", documents=[document(), document(photograph.png())])

    [answered] = consultations.consultations()
    assert (answered.answered, len(answered.documents)) == ("Steel ones.", 2)
    for digest in answered.documents:
        assert f"{url}documents/{digest}/" in page
        assert officer.get(f"{url}documents/{digest}/").status_code == 200
    assert officer.get(f"{url}documents/{'0' * 64}/").status_code == 404


def test_the_list_of_finds_goes_on_over_the_page(officer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finds, "SHOWN", 2)
    for n in range(3):
        people.event(people.weapon(f"W{n}"), event="find", date=f"2026-01-0{n + 1}", country="XA")

    first = officer.get("/marking/finds/?undecided=1")
    second = text(officer, f"/marking/finds/?{first.context['following']}")

    assert "3 weapons" in first.content.decode()
    assert [one.weapon.ref for one in first.context["found"]] == ["W0", "W1"]
    assert "3 weapons" in second
    assert 'rel="next"' not in second
    assert "Oldest" in second
