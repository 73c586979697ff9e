"""The security of sites: honest scores, nothing answered no without somebody who puts it right, what is late stands first."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from countermark.cli import cli
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts, units
from countermark.stockpile.assessment import queries, rules, services
from countermark.stockpile.assessment.elements import ELEMENTS, ITEMS
from countermark.stockpile.assessment.services import Assessment, Said
from tests.marking.photograph import PDF
from tests.register import people
from tests.stockpile.armoury import DEPOT, Armoury, armoury
from tests.stockpile.pagekit import sent

stored = pytest.mark.django_db
BY = Actor("commander7")
ALL_YES = dict.fromkeys(ITEMS, "yes")
answers = st.fixed_dictionaries({key: st.sampled_from(rules.ANSWERS) for key in ITEMS})


@pytest.fixture
def place() -> Armoury:
    return armoury(0)


def said(day: str = "2026-05-01", **changed: str) -> Said:
    return Said(day, ALL_YES | changed, "2099-01-01", "Sgt O. Wner", "2026-06-01")


@given(answers)
def test_a_better_answer_never_lowers_a_score(given: dict[str, str]) -> None:
    for key, better in [("doors", "yes"), ("racks", "partly")]:
        if given[key] == "no":
            before, after = rules.scores(given), rules.scores(given | {key: better})
            assert all(after[element] >= score for element, score in before.items())


@given(answers)
def test_no_element_with_a_critical_no_scores_above_the_ceiling(given: dict[str, str]) -> None:
    found = rules.scores(given)
    for element in ELEMENTS:
        if any(item.critical and given[item.key] == "no" for item in element.items):
            assert found[element.key] <= rules.CEILING


def test_where_nothing_applies_there_is_no_score() -> None:
    assert rules.scores(dict.fromkeys(ITEMS, "na")) == {}
    assert rules.overall({}) is None
    assert set(rules.scores(ALL_YES).values()) == {100}


@stored
def test_every_no_becomes_an_action_with_an_owner_and_a_day(place: Armoury) -> None:
    key = services.assess(place.depot, said(doors="no", racks="no"), by=BY)

    found = queries.corrections_of(key)
    assert {one.value["item"] for one in found} == {"doors", "racks"}
    assert {one.due for one in found} == {"2026-06-01"}
    [line] = queries.sites([place.depot])
    assert (line.overall, line.open, line.late, line.overdue) == (rules.CEILING, 2, 2, False)
    assert verify().ok


@stored
def test_a_no_without_anybody_who_puts_it_right_is_refused(place: Armoury) -> None:
    with pytest.raises(Refused):
        services.assess(place.depot, Said("2026-05-01", ALL_YES | {"doors": "no"}, "2027-05-01"), by=BY)


@stored
def test_a_question_passed_over_is_refused(place: Armoury) -> None:
    some = {key: "yes" for key in ITEMS if key != "doors"}
    with pytest.raises(Refused):
        services.assess(place.depot, Said("2026-05-01", some, "2027-05-01"), by=BY)


@stored
def test_said_again_for_one_day_it_is_one_assessment_and_opens_nothing_twice(place: Armoury) -> None:
    first = services.assess(place.depot, said(doors="no"), by=BY)
    again = services.assess(place.depot, said(doors="no", racks="no"), by=BY)

    assert first == again
    assert len(queries.corrections_of(first)) == 2
    assert len(queries.history(place.depot)) == 1


@stored
def test_the_trend_is_that_of_the_weakest_element(place: Armoury) -> None:
    services.assess(place.depot, said("2025-05-01", doors="no"), by=BY)
    services.assess(place.depot, said("2026-05-01"), by=BY)

    [line] = queries.sites(None)
    assert line.trend == 100 - rules.CEILING


@stored
def test_a_site_that_was_never_assessed_is_late(place: Armoury) -> None:
    units.set_unit(place.other, units.UnitFields("site"), by=BY)
    services.assess(place.depot, said(), by=BY)

    assert [(line.place.pk, line.overdue) for line in queries.sites(None)] == [
        (place.other, True),
        (place.depot, False),
    ]


@stored
def test_an_action_is_done_once(place: Armoury) -> None:
    key = services.order(place.depot, "mend the gate", "Sgt O. Wner", "2026-06-01", by=BY)
    services.done(key, "a new gate", by=BY)

    assert queries.open_corrections(None) == []
    with pytest.raises(Refused):
        services.done(key, "another gate", by=BY)


@stored
def test_a_commander_assesses_on_the_page_with_evidence_that_is_given_out_again(place: Armoury) -> None:
    client = people.signed_in("helda", "commander", DEPOT)
    photograph = SimpleUploadedFile("gate.pdf", PDF, "application/pdf")
    sent: dict[str, Any] = ALL_YES | {
        "place": place.depot,
        "day": "2026-05-01",
        "next_day": "2027-05-01",
        "doors": "no",
    }
    assert client.post("/stockpile/assessments/add/", sent).status_code == 422
    sent |= {"owner": "Sgt O. Wner", "due": "2026-06-01", "evidence_physical": photograph}

    page = client.post("/stockpile/assessments/add/", sent, follow=True).content.decode()

    assert "49 of 100" in page
    [one] = acts.subjects("assessment")
    [digest] = one.of(Assessment).evidence["physical"]
    document = client.get(f"/stockpile/assessments/{one.key}/evidence/{digest}/")
    assert document.content.startswith(b"%PDF")
    assert "Sgt O. Wner" in client.get("/stockpile/assessments/").content.decode()
    assert "critical" in client.get(f"/stockpile/assessments/sites/{place.depot}/paper/").content.decode()
    [action] = queries.open_corrections(None)
    client.post(f"/stockpile/assessments/actions/{action.key}/", {"how": "a new lock"})
    assert "a new lock" in client.get(f"/stockpile/assessments/{one.key}/").content.decode()


@stored
def test_something_ordered_put_right_on_the_page_is_ordered_once_however_often_it_is_sent(place: Armoury) -> None:
    client = people.signed_in("quirino", "commander", DEPOT)
    for _ in range(2):
        sent(
            client, "assessments/order/", place=place.depot, what="new hinges", owner="Sgt", due="2030-01-01", once="k1"
        )

    assert len(acts.subjects("correction")) == 1


@stored
def test_what_is_ordered_put_right_by_a_program_or_a_command_is_ordered_once(place: Armoury) -> None:
    client = people.signed_in("quirino", "commander", DEPOT)
    given = {"site": place.depot, "what": "new hinges", "owner": "Sgt O. Wner", "due": "2030-01-01"}

    def sent(**changed: str) -> Any:
        said, headers = json.dumps(given | changed), {"Idempotency-Key": "k1"}
        return client.post("/api/stockpile/assessments/actions", said, content_type="application/json", headers=headers)

    assert sent().json() == sent().json()
    assert sent(site="Depot 9").status_code == 404
    words = ["stockpile", "assess", "order", place.depot, "a lamp", "--owner", "Sgt", "--due", "2030-01-01"]
    for _ in range(2):
        assert CliRunner().invoke(cli, [*words, "--request", "r1", "--json"], standalone_mode=False).exception is None

    assert len(queries.open_corrections(None)) == 2


@stored
def test_an_assessment_of_another_depot_is_not_there(place: Armoury) -> None:
    key = services.assess(place.depot, said(), by=BY)
    client = people.signed_in("rui", "commander", "Depot 9")

    assert client.get(f"/stockpile/assessments/{key}/").status_code == 404
    assert DEPOT not in client.get("/stockpile/assessments/").content.decode()


@stored
def test_an_assessment_is_recorded_from_a_file_and_listed(place: Armoury, tmp_path: Path) -> None:
    file = tmp_path / "assessed.json"
    file.write_text(json.dumps({"site": DEPOT, "day": "2026-05-01", "answers": ALL_YES, "next_day": "2099-05-01"}))
    people.person("helda", "commander")

    told("record", str(file))

    assert told("list")["sites"][0]["weakest"] == 100
    assert told("list", "--late")["sites"] == []


def told(*words: str) -> Any:
    """What the command says, in this process."""
    result = CliRunner().invoke(cli, ["--as", "helda", "stockpile", "assess", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
