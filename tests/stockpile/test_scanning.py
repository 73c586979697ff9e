"""What the register says to a scan, as far as the person who scanned may see it; codes are read off photographs."""

import io
from datetime import timedelta

import pytest
import zxingcpp
from django.test import Client
from django.utils import timezone
from PIL import Image

from countermark.accounts import services as accounts
from countermark.ledger.services import Actor
from countermark.register import papercodes, papers
from countermark.register import services as register
from countermark.stockpile.codes import house, layouts
from countermark.stockpile.codes import tags as encoding
from countermark.stockpile.scanning import photographs, queries
from countermark.stockpile.tags import services as tags
from tests.register import people
from tests.register.people import CHIEF, NORTH, SOUTH
from tests.stockpile.codes import vectors

pytestmark = pytest.mark.django_db
SCAN, PHOTOGRAPH = "/stockpile/scan/", "/stockpile/scan/photograph/"


def ids(found: queries.Found) -> list[str]:
    return [str(weapon.id) for weapon in found.weapons]


@pytest.fixture
def weapon(db: None) -> str:
    return people.weapon("A1", "TKO 1001")


def test_every_code_of_a_weapon_leads_to_it(weapon: str) -> None:
    tag = encoding.encode("urn:epc:id:giai:9521141.5678", "giai-96", 3)
    tags.bind(weapon, tag.hex, by=CHIEF)
    for text in (
        "TKO1001", "tko 1001", "A1", weapon, f"urn:uuid:{weapon}", house.weapon_code(weapon), tag.hex, "]d2800495211415678",
        "(8004)95211415678", "https://id.gs1.org/8004/95211415678", tag.uri,
    ):  # fmt: skip
        found = queries.look(text)
        assert (ids(found), found.outcome) == ([weapon], "done"), text


def test_a_look_alike_is_asked_about_and_never_taken_for_the_weapon(weapon: str) -> None:
    found = queries.look("TK01OO1")
    assert (found.weapons, found.outcome) == ((), "refused")
    found = queries.look("TK01001")
    assert (found.weapons, [str(one.id) for one in found.near], found.outcome) == ((), [weapon], "asked")


def test_a_code_typed_on_a_russian_keyboard_is_asked_about(weapon: str) -> None:
    found = queries.look(layouts.typed(house.weapon_code(weapon), "Russian"))
    assert (found.weapons, [str(one.id) for one in found.near], found.outcome) == ((), [weapon], "asked")


def test_a_number_two_weapons_bear_is_asked_about(weapon: str) -> None:
    people.weapon("A2", "TKO1001", facts={**people.REVOLVER, "maker": "Taurus"})
    found = queries.look("TKO1001")
    assert (len(found.weapons), found.outcome) == (2, "asked")


def test_a_stolen_weapon_is_no_plain_hit(weapon: str) -> None:
    people.event(weapon, event="theft", date="2026-01-01")
    assert queries.look("TKO1001").outcome == "asked"


def test_a_paper_form_leads_to_its_keying() -> None:
    [form] = papers.issue("event", event="loss", by=Actor("registrar"))
    found = queries.look(papercodes.shown(form.code))
    assert (found.form, found.outcome) == (form.code, "done")


def test_a_person_sees_no_weapon_of_another_place() -> None:
    people.places()
    here, there = people.weapon("N1", "NN 1", place=NORTH), people.weapon("S1", "SS 1", place=SOUTH)
    client = people.signed_in("alice", "armourer", NORTH)
    assert here in _row(client, "NN1")
    for text in ("SS1", there, "S1", house.weapon_code(there), "5S1"):
        said = _row(client, text)
        assert f"/weapons/{there}/" not in said
        assert "Not known here" in said


def _row(client: Client, text: str) -> str:
    answer = client.post(SCAN, {"scan": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_row_says_the_outcome_in_words_and_as_data(weapon: str) -> None:
    client = people.signed_in("mara", "registrar")
    assert 'data-scan-outcome="done"' in _row(client, "TKO1001")
    assert "<html" not in _row(client, "TKO1001")
    assert "Not a valid code" in _row(client, "(01)09506000134353")
    assert "check digit" in _row(client, "(01)09506000134353")
    assert "&lt;script&gt;" in _row(client, "<script>1")


def test_a_browser_without_scripts_gets_the_whole_page(weapon: str) -> None:
    client = people.signed_in("mara", "registrar")
    page = client.post(SCAN, {"scan": "TKO1001"}).content.decode()
    assert "<html" in page
    assert weapon in page


def _photograph(*texts: str, form: str = "PNG", turned: int = 0) -> bytes:
    page = Image.new("L", (900, 400 * len(texts)), 255)
    for place, text in enumerate(texts):
        code = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.DataMatrix, gs1=text.startswith("("), force_square=True
        )
        page.paste(Image.fromarray(code.to_image(scale=8)), (120, 400 * place + 40))
    held = io.BytesIO()
    page.rotate(turned, expand=True, fillcolor=255).save(held, form)
    return held.getvalue()


@pytest.mark.parametrize(("form", "turned"), [("PNG", 0), ("JPEG", 90), ("JPEG", 7)])
def test_codes_are_read_off_a_photograph(form: str, turned: int) -> None:
    assert photographs.codes(_photograph("(8004)952114132A/B", form=form, turned=turned)) == ["]d28004952114132A/B"]


def test_several_codes_are_read_from_top_to_bottom() -> None:
    assert photographs.codes(_photograph("TKO1001", "TKO1002")) == ["]d1TKO1001", "]d1TKO1002"]


def test_the_published_pictures_of_codes_are_read() -> None:
    pictures = [path for path in vectors.files("zxing-samples") if path.suffix in (".png", ".jpg")]
    told = [path for path in pictures if path.with_suffix(".txt").is_file()]
    assert len(told) > 50
    for path in told:
        read = [text[3:].encode() for text in photographs.codes(path.read_bytes())]
        assert path.with_suffix(".txt").read_bytes() in read, path.name


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xd9", _photograph("A1")[:400]])
def test_what_is_no_picture_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(photographs.Unreadable, match="picture"):
        photographs.codes(data)


def test_a_picture_that_claims_to_be_enormous_is_not_unpacked() -> None:
    huge = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(huge, "PNG")
    with pytest.raises(photographs.Unreadable, match="too many pixels"):
        photographs.codes(huge.getvalue())


def test_a_photograph_is_read_on_the_page() -> None:
    client = people.signed_in("mara", "registrar")
    answer = client.post(PHOTOGRAPH, {"photograph": io.BytesIO(_photograph("TKO1001"))})
    assert answer.json() == {"texts": ["]d1TKO1001"], "message": ""}
    blank = io.BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    blank.seek(0)
    assert "no code" in client.post(PHOTOGRAPH, {"photograph": blank}).json()["message"]
    assert client.post(PHOTOGRAPH, {"photograph": io.BytesIO(b"text")}).status_code == 422
    assert client.post(PHOTOGRAPH).status_code == 422


def test_the_field_in_the_header_takes_every_code(weapon: str) -> None:
    client = people.signed_in("mara", "armourer")
    tag = encoding.encode("urn:epc:id:giai:9521141.5678", "giai-96")
    tags.bind(weapon, tag.hex, by=CHIEF)
    for text in (house.shown(house.weapon_code(weapon)), tag.hex, "]d2800495211415678"):
        assert client.post("/find/", {"q": text}).headers["Location"] == f"/weapons/{weapon}/"
    receipt = house.code_of("receipt", 7)
    assert client.post("/find/", {"q": house.shown(receipt)}).headers["Location"] == f"/stockpile/receipts/{receipt}/"


def test_a_program_is_told_what_a_page_is_told() -> None:
    people.places()
    here, there = people.weapon("N1", "NN 1", place=NORTH), people.weapon("S1", "SS 1", place=SOUTH)
    alice = people.person("alice", "armourer", NORTH)
    token = accounts.issue_token(alice, "handheld", ["read"], timezone.now() + timedelta(days=1), by=CHIEF)
    answers = [
        Client().post(
            "/api/stockpile/scan", {"text": text}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        ).json()
        for text in (house.weapon_code(here), house.weapon_code(there))
    ]  # fmt: skip
    assert [(one["kind"], one["outcome"], one["weapons"]) for one in answers] == [
        ("weapon", "done", [here]), ("weapon", "refused", []),
    ]  # fmt: skip


def test_the_field_in_the_header_knows_records_that_were_joined_as_one_weapon(weapon: str) -> None:
    double = people.weapon("A1b", "TKO 1001")
    last = people.weapon("A1c", "TKO 1001")
    register.join(double, last, reason="entered twice", by=CHIEF)
    register.join(last, weapon, reason="entered a third time", by=CHIEF)
    client = people.signed_in("ana", "armourer")

    for text in ("TKO1001", "A1b", "A1c", house.weapon_code(double), f"urn:uuid:{last}"):
        address = client.post("/find/", {"q": text}).headers["Location"]
        assert client.get(address).status_code in (200, 302)
        assert address == f"/weapons/{weapon}/", text
