"""Labels of weapons and places, on the page and on the command line: what a person may see, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from countermark.accounts.models import Place
from countermark.cli import cli
from countermark.stockpile import units
from countermark.stockpile.codes import house, scan
from countermark.stockpile.codes import tags as encoding
from countermark.stockpile.labels import queries
from countermark.stockpile.labels.symbols import NoLabel
from countermark.stockpile.tags import services as tags
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH

pytestmark = pytest.mark.django_db
LABELS = "/stockpile/labels/"


@pytest.fixture
def weapon(db: None) -> str:
    return people.weapon("A1", "TKO 1001")


def post(client: Client, **fields: Any) -> Any:
    return client.post(LABELS, {"symbol": "datamatrix", "content": "code", "format": "a4-3x8", **fields})


def test_the_code_of_a_weapon_says_its_id_its_serial_or_the_key_of_its_tag(weapon: str) -> None:
    found = queries.named(["A1"])
    [own], [serial] = queries.of_weapons(found), queries.of_weapons(found, "serial")
    assert (own.code, own.title, own.lines) == (
        house.weapon_code(weapon),
        "TKO 1001",
        ("Rossi M88", ".38 Special", "A1"),
    )
    assert serial.code == "TKO 1001"
    with pytest.raises(NoLabel, match="A1 has no tag"):
        queries.of_weapons(found, "gs1")
    tags.bind(weapon, encoding.encode("urn:epc:id:giai:9521141.5678", "giai-96").hex, by=CHIEF)
    [gs1] = queries.of_weapons(found, "gs1")
    assert scan(gs1.code).value == "(8004)95211415678"


def test_weapons_are_named_as_a_scanner_or_a_person_names_them_each_once(weapon: str) -> None:
    other = people.weapon("B2", "TKO 2002")

    found = queries.named([house.shown(house.weapon_code(weapon)), "tko2002", "A1"])

    assert [str(one.id) for one in found] == [weapon, other]


def test_the_label_of_a_place_says_where_a_counter_stands() -> None:
    people.places()
    place = Place.objects.get(name=NORTH)
    [label] = queries.of_places([place])
    assert scan(label.code).kind == "place"
    assert (label.code, label.title) == (units.code_of(place.pk), NORTH)


def test_a_page_gives_a_sheet_or_a_stream_for_a_label_printer(weapon: str) -> None:
    client = people.signed_in("mara", "registrar")
    sheet = post(client, refs="A1\n")
    assert (sheet.status_code, sheet["Content-Type"], sheet.content[:5]) == (200, "application/pdf", b"%PDF-")
    roll = post(client, refs="A1", format="roll-51x25", dpi="300")
    assert (roll.status_code, roll.content[:3]) == (200, b"^XA")
    assert client.get(f"{LABELS}test/?format=a4-3x7").content.startswith(b"%PDF-")


def test_a_filtered_list_comes_along(weapon: str) -> None:
    client = people.signed_in("mara", "registrar")
    page = client.get(f"{LABELS}?maker=Rossi").content.decode()
    assert '<input type="hidden" name="maker" value="Rossi">' in page
    assert post(client, maker="Rossi").content.startswith(b"%PDF-")
    assert post(client, maker="Nobody").status_code == 422


def test_a_card_has_its_code_in_groups_under_the_name() -> None:
    code = house.code_of("person", 7)
    [named, bare, other] = queries.of_codes(
        [(house.shown(code), ["Lenira", "Armoury 4"]), (code, []), ("KIT 7", ["Kit"])]
    )
    assert (named.code, named.title, named.lines) == (code, "Lenira", ("Armoury 4", house.shown(code)))
    assert (bare.code, bare.title, bare.lines) == (code, house.shown(code), ())
    assert (other.code, other.title) == ("KIT 7", "Kit")


def test_cards_are_printed_on_the_page() -> None:
    client = people.signed_in("mara", "registrar")
    card = house.shown(house.code_of("person", 7))
    assert post(client, codes=f"{card} | Lenira Santeiro | Armoury 4", format="a4-cards").content.startswith(b"%PDF-")
    refused = post(client, codes="(01)09506000134353 | no such product")
    assert (refused.status_code, "check digit" in refused.content.decode()) == (422, True)


def test_what_cannot_be_printed_is_said_on_the_page(weapon: str) -> None:
    client = people.signed_in("mara", "registrar")
    for fields, said in (
        ({"refs": "A9"}, "A9 leads to no weapon"),
        ({}, "name weapons or a storage place"),
        ({"refs": "A1", "content": "gs1"}, "has no tag"),
        ({"refs": "A1", "symbol": "code128", "format": "a4-5x13"}, "too long for this label"),
        ({"refs": "A1", "first": "25"}, "1 to 24"),
    ):
        answer = post(client, **fields)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), said


def test_nobody_prints_what_they_may_not_see() -> None:
    people.places()
    people.weapon("N1", "NN 1", place=NORTH)
    people.weapon("S1", "SS 1", place=SOUTH)
    client = people.signed_in("alice", "armourer", NORTH)
    assert post(client, refs="N1").status_code == 200
    refused = post(client, refs="S1").content.decode()
    assert refused.count("S1 leads to no weapon you may see, or to several") == 1
    assert SOUTH not in client.get(LABELS).content.decode()
    assert post(client, store=Place.objects.get(name=SOUTH).pk).status_code == 422


def run(*words: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, [*map(str, words)], input=given)


def test_labels_are_printed_from_the_command_line(weapon: str, tmp_path: Path) -> None:
    out = tmp_path / "labels.pdf"
    assert '"labels":1' in run("labels", "weapons", "A1", "--out", out, "--json").output
    assert out.read_bytes().startswith(b"%PDF-")
    roll = tmp_path / "labels.zpl"
    run(
        "labels",
        "weapons",
        "--where",
        "maker=Rossi",
        "--content",
        "serial",
        "--symbol",
        "code128",
        "--format",
        "roll-57x32",
        "--out",
        roll,
    )
    assert roll.read_bytes().startswith(b"^XA")
    card = f"{house.code_of('person', 7)}\tLenira Santeiro\tArmoury 4\n"
    assert (
        '"labels":1' in run("labels", "codes", "-", "--format", "a4-cards", "--out", out, "--json", given=card).output
    )
    assert run("labels", "test", "--out", out).exit_code == 0
    assert "a4-3x8" in run("labels", "formats").output


def test_what_cannot_be_printed_is_a_finding_or_wrong_usage(weapon: str, tmp_path: Path) -> None:
    out = tmp_path / "labels.pdf"
    assert run("labels", "weapons", "A9", "--out", out).exit_code == 1
    assert run("labels", "places", "Nowhere", "--out", out).exit_code == 1
    assert run("labels", "weapons", "A1", "--out", tmp_path / "labels.doc").exit_code == 2
    assert run("labels", "weapons", "--out", out).exit_code == 2
    assert run("labels", "weapons", "--where", "colour=blue", "--out", out).exit_code == 2
    assert run("labels", "weapons", "A1", "--format", "a0", "--out", out).exit_code == 2
    assert not out.exists()
