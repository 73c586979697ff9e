"""Kits: one scan puts a weapon and what belongs to it on the counter; what is not there is said."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from countermark.cli import cli
from countermark.ledger import store
from countermark.register.services import Refused
from countermark.stockpile import kits
from countermark.stockpile.codes import house
from countermark.stockpile.kits import KitFields
from countermark.stockpile.models import Holding
from tests.register import people
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Armoury:
    return armoury()


def kit(place: Armoury, *weapons: str, name: str = "Marksman 4") -> str:
    fields = KitFields(name, place.rack_a, weapons or place.weapons[:2], [("magazine", 2), ("optic", 1)])
    return kits.set_kit(fields, by=ARMOURER)


def scan(client: Client, text: str, mode: str = "issue", number: int = 1) -> str:
    data = {"scan": text, "scan_id": f"scan-{number}"}
    answer = client.post(f"/stockpile/counter/{mode}/scan/", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_scan_of_a_kit_issues_all_of_it_and_the_receipt_says_what_goes_along(place: Armoury) -> None:
    client, code = people.signed_in("belo", "armourer", DEPOT), house.shown(kit(place))

    scan(client, place.card)
    row = scan(client, code, number=2)
    answer = client.post("/stockpile/counter/issue/done/", {})

    assert "Kit, complete" in row
    assert "2 × magazine, 1 × optic" in row
    assert Holding.objects.filter(custody="shift").count() == 2
    page = client.get(answer.headers["Location"]).content.decode()
    assert code in page
    assert "2 × magazine, 1 × optic" in page


def test_a_kit_of_which_a_weapon_is_out_is_said_not_to_be_complete_and_the_rest_goes(place: Armoury) -> None:
    client, code = people.signed_in("belo", "armourer", DEPOT), kit(place)
    issued(place, place.weapons[0])

    row = scan(client, code)

    assert 'data-scan-outcome="asked"' in row
    assert "Kit, not complete" in row
    assert "without AB1000" in row
    assert "1 weapon of the kit is not here" in row
    assert "Not complete: 1 weapon is elsewhere" in client.get(f"/stockpile/kits/{code}/").content.decode()


def test_a_kit_is_taken_back_by_the_scan_that_put_it_there_and_counts_once(place: Armoury) -> None:
    client, code = people.signed_in("belo", "armourer", DEPOT), kit(place)
    scan(client, code, number=1)

    assert 'data-scan-outcome="again"' in scan(client, code, number=2)
    client.post("/stockpile/counter/issue/undo/", {"scan_id": "scan-1"})

    page = client.get("/stockpile/counter/issue/").content.decode()
    assert "No weapon yet" in page
    assert "Marksman" not in page


def test_a_kit_comes_back_by_one_scan_too(place: Armoury) -> None:
    client, code = people.signed_in("belo", "armourer", DEPOT), kit(place)
    issued(place, *place.weapons[:2])

    scan(client, code, "return")
    client.post("/stockpile/counter/return/done/", {})

    assert Holding.objects.filter(custody="store").count() == 2


def test_a_kit_taken_apart_and_one_of_another_depot_mean_nothing_at_a_counter(place: Armoury) -> None:
    code = kit(place)
    elsewhere = people.signed_in("helda", "armourer", OTHER)
    assert "No kit in use" in scan(elsewhere, code)

    kits.dissolve(code, by=ARMOURER)

    assert "No kit in use" in scan(people.signed_in("belo", "armourer", DEPOT), code)
    assert not kits.dissolve(code, by=ARMOURER)
    assert kits.at(None) == []


def test_a_weapon_belongs_to_one_kit_in_use_and_must_be_one(place: Armoury) -> None:
    first = kit(place)
    with pytest.raises(Refused) as refused:
        kit(place, place.weapons[1], place.weapons[2], name="Second")
    assert house.shown(first) in str(refused.value.errors[0].expected)

    kits.dissolve(first, by=ARMOURER)
    kit(place, place.weapons[1], name="Second")
    with pytest.raises(Refused):
        kit(place, "00000000-0000-4000-8000-000000000000")
    with pytest.raises(Refused):
        kits.set_kit(KitFields("Empty", place.depot, []), by=ARMOURER)
    with pytest.raises(Refused):
        kits.set_kit(KitFields("Far", place.depot, place.weapons[2:], [("magazine", 0)]), by=ARMOURER)


def test_names_and_accessories_of_a_kit_stand_in_no_entry(place: Armoury) -> None:
    code = kit(place, name="Rifle of Cpl Rained")

    body = next(one.body for one in store.all_entries() if one.body.get("act") == "stockpile_kit_set")

    assert "Rained" not in json.dumps(body)
    assert "magazine" not in json.dumps(body)
    found = kits.find(code)
    assert found is not None
    assert found.name == "Rifle of Cpl Rained"


def test_a_kit_is_put_together_changed_and_taken_apart_on_its_pages(place: Armoury) -> None:
    client = people.signed_in("belo", "armourer", DEPOT)
    said = {"name": "Team 2", "place": place.depot, "weapons": "AB1000\nAB1001", "accessories": "2 magazines\nsling"}
    assert "no kit yet" in client.get("/stockpile/kits/").content.decode()
    address = client.post("/stockpile/kits/new/", said).headers["Location"]
    page = client.get(address).content.decode()
    assert "AB1001" in page
    assert "sling" in page
    form = client.get(f"{address}change/").content.decode()
    assert "AB1000\nAB1001" in form
    assert "2 magazines\n1 sling" in form

    assert client.post(f"{address}change/", said | {"weapons": "AB1000\nNOBODY"}).status_code == 422
    client.post(f"{address}change/", said | {"weapons": "AB1000", "name": "Team 3"})
    assert "Team 3" in client.get("/stockpile/kits/").content.decode()
    client.post(f"{address}apart/")

    assert "taken apart" in client.get(address).content.decode()
    assert people.signed_in("helda", "armourer", OTHER).get(address).status_code == 404


def test_kits_on_the_command_line(place: Armoury) -> None:
    people.person("belo", "armourer")

    def said(*words: str) -> Any:
        result = CliRunner().invoke(cli, ["--as", "belo", "stockpile", "kit", *words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    code = said("set", "AB1000", "AB1001", "--name", "Team 2", "--at", DEPOT, "--with", "2 magazines")["kit"]
    assert re.fullmatch(r"KT-\w{4}-\w{4}-\w", code)
    [found] = said("list")["kits"]
    assert found["weapons"] == place.weapons[:2]
    assert found["accessories"] == [{"what": "magazines", "quantity": 2}]
    said("set", "AB1000", "--name", "Team 3", "--at", DEPOT, "--kit", code)
    assert [one["name"] for one in said("list")["kits"]] == ["Team 3"]
    assert said("apart", code)["state"] == "dissolved"
    assert said("list") == {"kits": []}


@given(st.lists(st.tuples(st.text("abc dé", min_size=1, max_size=9).map(str.strip).filter(bool), st.integers(1, 99))))
def test_accessories_written_line_by_line_are_read_back(things: list[tuple[str, int]]) -> None:
    text = "\n".join(f"{n} {what}" for what, n in things)

    assert kits.accessories_of_text(text) == things


def test_an_accessory_may_have_its_number_or_not() -> None:
    read = kits.accessories_of_text("2x magazine\n3 × optic\nsling\n\n12")

    assert read == [("magazine", 2), ("optic", 3), ("sling", 1), ("12", 1)]
    assert kits.accessories([("a", 1), ("a", 2)]) == [("a", 3)]
