"""Safe storage at civilian holders: each law on its own, every fault with a day, nobody's name without a reason."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from countermark.cli import cli
from countermark.ledger.services import Actor
from countermark.ledger.store import all_entries
from countermark.ledger.verify import verify
from countermark.register.checking import Refused
from countermark.stockpile import acts
from countermark.stockpile.civilian import catalogue, queries, rules, services
from countermark.stockpile.civilian.rules import Weapons
from countermark.stockpile.civilian.services import Said
from tests.register import people
from tests.stockpile.armoury import DEPOT, Armoury, armoury

stored = pytest.mark.django_db
BY = Actor("inspector")
DE, EU = "de-awaffv-13", "eu-2021-555-7"
HOLDER, ADDRESS = "Anna Beispiel, 4711", "Dorfstrasse 9"


@pytest.fixture
def place() -> Armoury:
    return armoury(0)


def answers(weapons: Weapons, *sets: str, **changed: str) -> dict[str, str]:
    """Yes to everything the sets ask, but for what is named (by the id of the requirement, `_` for `-`)."""
    asked = rules.asked([catalogue.shipped()[one] for one in sets], weapons)
    no = {name.replace("_", "-"): answer for name, answer in changed.items()}
    return {key: no.get(key.partition("/")[2], "yes") for key in asked}


def said(place: Armoury, day: str = "2026-05-04", **changed: str) -> Said:
    weapons = Weapons(2, 3)
    return Said(
        HOLDER, place.depot, day, [DE], answers(weapons, DE, **changed), weapons, ADDRESS, next_day="2027-05-04"
    )


@given(st.integers(0, 40), st.integers(0, 40))
def test_of_the_grades_of_a_container_one_is_asked_for_where_there_are_handguns(handguns: int, others: int) -> None:
    asked = rules.asked([catalogue.shipped()[DE]], Weapons(handguns, others))
    assert sum("grade" in key for key in asked) == (1 if handguns else 0)


@given(st.dates(), st.sampled_from(sorted(catalogue.shipped())))
def test_a_set_of_rules_is_in_force_from_its_first_day_on(day: date, name: str) -> None:
    one = catalogue.shipped()[name]
    assert rules.in_force(one, day.isoformat()) == (day >= one.start)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "id = 1",
        "[[requirements]]",
        "x = [",
        "id='a'\ntitle='t'\njurisdiction='X'\nforce='law'\nsource='s'\nfrom=2026-01-01",
    ],
)
def test_a_file_that_is_no_set_of_rules_is_refused_in_words(broken: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rules.read(broken)


def test_the_template_can_be_read_and_is_no_law_of_anybody() -> None:
    assert rules.read(catalogue.template()).id == "xx-example"
    assert "xx-example" not in catalogue.shipped()


@stored
def test_every_no_is_a_fault_with_a_day(place: Armoury) -> None:
    key = services.inspect(said(place, unloaded="no", certified="no"), by=BY)

    found = {one.value["requirement"]: one.due for one in queries.faults_of(key)}
    assert found == {f"{DE}/unloaded": "2026-05-04", f"{DE}/certified": "2026-06-01"}
    assert verify().ok


@stored
def test_two_laws_are_judged_each_on_its_own(place: Armoury) -> None:
    weapons = Weapons(1, 0)
    both = answers(weapons, DE, EU) | {f"{EU}/apart": "no"}
    key = services.inspect(Said(HOLDER, place.depot, "2026-05-04", [DE, EU], both, weapons), by=BY)

    [fault] = queries.faults_of(key)
    assert fault.value["source"].startswith(EU)


@stored
@pytest.mark.parametrize("day", ["2017-07-05", "2999-01-01", "4 May"])
def test_a_day_on_which_the_rules_were_not_in_force_is_refused(day: str, place: Armoury) -> None:
    with pytest.raises(Refused):
        services.inspect(said(place, day), by=BY)


@stored
def test_what_is_asked_is_answered(place: Armoury) -> None:
    weapons = Weapons(2, 3)
    some = answers(weapons, DE)
    del some[f"{DE}/unloaded"]
    with pytest.raises(Refused):
        services.inspect(Said(HOLDER, place.depot, "2026-05-04", [DE], some, weapons), by=BY)


@stored
def test_two_offices_that_inspect_one_holder_on_one_day_made_two_inspections(place: Armoury) -> None:
    first = services.inspect(said(place, unloaded="no"), by=BY)
    second = services.inspect(replace(said(place), office=place.other), by=Actor("inspector9"))

    assert first != second
    party = acts.subjects("visit")[0].person
    assert {one.place for one in queries.of_holder(party, None)} == {place.depot, place.other}
    assert [one.key for one in queries.of_holder(party, [place.other])] == [second]
    assert len(queries.faults_of(first)) == 1
    assert not queries.faults_of(second)


@stored
def test_said_again_for_one_day_it_is_one_inspection_and_a_fault_is_settled_once(place: Armoury) -> None:
    key = services.inspect(said(place, unloaded="no"), by=BY)
    assert services.inspect(said(place, unloaded="no"), by=BY) == key
    [fault] = queries.open_faults(None)

    services.settle(fault.key, "remedied", "unloaded while we watched", by=BY)

    assert queries.open_faults(None) == []
    with pytest.raises(Refused):
        services.settle(fault.key, "referred", "again", by=BY)


@stored
def test_rules_of_ones_own_are_taken_in_but_not_in_the_place_of_shipped_ones(place: Armoury) -> None:
    own = catalogue.template()
    catalogue.add(own, by=BY)

    assert "xx-example" in catalogue.on("2026-05-04")
    with pytest.raises(Refused):
        catalogue.add(own.replace("xx-example", EU), by=BY)


@stored
def test_no_name_stands_on_a_page_or_in_an_entry_until_a_reason_is_given(place: Armoury) -> None:
    client = people.signed_in("inga", "licensing", DEPOT)
    query = f"?day=2026-05-04&handguns=2&others=3&rules={DE}"
    assert "Stored unloaded" not in client.get(f"/stockpile/civilian/add/{query}").content.decode()
    sent: dict[str, Any] = answers(Weapons(2, 3), DE, unloaded="no")
    sent |= {"place": place.depot, "holder": HOLDER, "address": ADDRESS, "next_day": "2027-05-04"}
    address = client.post(f"/stockpile/civilian/add/{query}", sent)["Location"]

    shown = client.get(address).content.decode() + client.get("/stockpile/civilian/").content.decode()
    assert "Beispiel" not in shown
    assert "Dorfstrasse" not in shown
    assert "stored unloaded" in shown
    assert client.post(f"{address}names/", {"reason": ""}).status_code == 422
    page = client.post(
        f"{address}names/", {"reason": "audit", "words": "a neighbour called"}, follow=True
    ).content.decode()

    assert "Beispiel" in page
    assert "Dorfstrasse" in page
    bodies = [entry.body for entry in all_entries()]
    assert not any("Beispiel" in json.dumps(body) for body in bodies)
    assert [body["act"] for body in bodies if body.get("act") == "person_viewed"] == ["person_viewed"]


@stored
def test_a_holder_is_found_by_name_and_a_fault_settled_on_its_page(place: Armoury) -> None:
    services.inspect(said(place, unloaded="no"), by=BY)
    client = people.signed_in("inga", "licensing", DEPOT)
    [fault] = queries.open_faults(None)

    found = client.post(
        "/stockpile/civilian/find/", {"holder": HOLDER, "reason": "licence", "words": "renewal"}, follow=True
    )
    assert "2026" in found.content.decode()
    assert (
        client.post(
            "/stockpile/civilian/find/", {"holder": "Nobody", "reason": "licence", "words": "renewal"}
        ).status_code
        == 422
    )
    client.post(f"/stockpile/civilian/faults/{fault.key}/", {"outcome": "referred", "how": "refused to unload"})

    known = acts.subject("visitfinding", fault.key)
    assert known is not None
    assert known.value["outcome"] == "referred"


@stored
def test_the_questions_that_apply_are_printed_with_a_code_that_leads_back(place: Armoury) -> None:
    client = people.signed_in("inga", "licensing", DEPOT)

    page = client.get(f"/stockpile/civilian/paper/?day=2026-05-04&handguns=7&others=0&rules={DE}").content.decode()

    assert "at least 200 kg" in page
    assert "<svg" in page


@stored
def test_another_offices_inspections_are_not_there(place: Armoury) -> None:
    key = services.inspect(said(place, unloaded="no"), by=BY)
    client = people.signed_in("rui", "licensing", "Depot 9")

    assert client.get(f"/stockpile/civilian/visits/{key}/").status_code == 404
    assert DE not in client.get("/stockpile/civilian/").content.decode()


@stored
def test_an_auditor_sees_inspections_and_changes_none(place: Armoury) -> None:
    key = services.inspect(said(place, unloaded="no"), by=BY)
    [fault] = queries.open_faults(None)
    client = people.signed_in("audrey", "auditor")

    pages = [client.get(f"/stockpile/civilian/{path}").content.decode() for path in ("", f"visits/{key}/", "rules/")]

    assert all(fault.value["text"] in page for page in pages[:2])
    assert not any("faults/" in page or "/begin/" in page or "rules/add" in page for page in pages)
    assert client.get(f"/stockpile/civilian/faults/{fault.key}/").status_code == 403


@stored
def test_only_who_inspects_in_the_whole_state_adds_rules(place: Armoury) -> None:
    file = SimpleUploadedFile("own.toml", catalogue.template().encode())
    assert people.signed_in("rui", "licensing", DEPOT).get("/stockpile/civilian/rules/add/").status_code == 403

    client = people.signed_in("inga", "licensing")
    page = client.post("/stockpile/civilian/rules/add/", {"file": file}, follow=True).content.decode()

    assert "Ten weapons or more" in page


@stored
def test_an_inspection_is_recorded_from_a_file_and_its_fault_settled(place: Armoury, tmp_path: Path) -> None:
    file = tmp_path / "visit.json"
    given_ = {
        "holder": HOLDER,
        "office": DEPOT,
        "day": "2026-05-04",
        "rulesets": [DE],
        "weapons": {"handguns": 2, "others": 3},
    }
    file.write_text(json.dumps(given_ | {"answers": answers(Weapons(2, 3), DE, unloaded="no")}))
    people.person("inga", "licensing")

    told("record", str(file))
    [fault] = told("faults")["faults"]
    told("settle", fault["fault"], "remedied", "--how", "unloaded")

    assert told("faults")["faults"] == []
    assert HOLDER not in json.dumps(told("list"))


def told(*words: str) -> Any:
    """What the command says, in this process."""
    result = CliRunner().invoke(cli, ["--as", "inga", "stockpile", "storage", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
