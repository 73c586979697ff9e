"""The import wizard as a registrar uses it, without scripts: file, columns, words, preview, load, undo."""

import csv
import io
import re
import zipfile
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.ledger import services as ledger
from countermark.ledger import store as logs
from countermark.ledger.services import Actor
from countermark.register import bodies, jobs, mappings, projection, serialrules
from countermark.register import services as register
from countermark.register.files.again import SerialRule
from countermark.register.files.mapping import FileMap
from countermark.register.models import LoadJob, Weapon

pytestmark = pytest.mark.usefixtures("store")

CHIEF = Actor("chief")
HEAD = ["Record No", "Type", "Brand", "Country of origin", "Part", "Serial number", "Shoe size"]
ROWS = [
    ["A1", "pistol", "Taurus", "Brazil", "frame", "TKD48213", "42"],
    ["A1", "", "", "", "slide", "TKD48213", ""],
    ["A2", "Revolver", "Rossi", "BR", "frame", "007713", "41"],
]


@pytest.fixture
def registrar(store: str) -> Client:
    return signed_in("registrar", "registrar")


def signed_in(name: str, role: str, place: str | None = None) -> Client:
    accounts.add_user(name, [role], place, "a-long-password", by=CHIEF)
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def as_csv(rows: list[list[str]], head: list[str] = HEAD) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([head, *rows])
    return text.getvalue().encode()


def as_xlsx(rows: list[list[str]], head: list[str] = HEAD) -> bytes:
    book = openpyxl.Workbook()
    for row in [head, *rows]:
        book.active.append([cell or None for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_ods(rows: list[list[str]], head: list[str] = HEAD) -> bytes:
    def line(row: list[str]) -> str:
        cells = "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in row
        )
        return f"<table:table-row>{cells}</table:table-row>"

    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0"'
        f' xmlns:text="{space}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Sheet1">{"".join(line(row) for row in [head, *rows])}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return file.getvalue()


def upload(client: Client, content: bytes, name: str = "register.csv", kind: str = "weapons", **more: str) -> Any:
    return client.post("/import/", {"kind": kind, "file": SimpleUploadedFile(name, content), **more})


def the_job() -> LoadJob:
    return LoadJob.objects.exclude(kind="undo").latest("created")


def page(response: Any) -> str:
    return str(response.content.decode())


def proposed(html: str) -> dict[str, str]:
    """The choice each select of a page stands at."""
    selects = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL)
    return {name: next(iter(re.findall(r'value="([^"]*)" selected', options)), "") for name, options in selects}


def columns(client: Client, **changes: str) -> Any:
    """Sends the columns page as it stands, with changes."""
    url = f"/import/{the_job().pk}/columns/"
    return client.post(url, {**proposed(page(client.get(url))), **changes})


def values(client: Client, **changes: str) -> Any:
    url = f"/import/{the_job().pk}/values/"
    html = page(client.get(url))
    inputs = dict(re.findall(r'<input class="form-control mark-input" name="([^"]+)" value="([^"]*)"', html))
    return client.post(url, {**proposed(html), **inputs, **changes})


def checked(client: Client, content: bytes, name: str = "register.csv") -> LoadJob:
    """A file taken through to its preview."""
    upload(client, content, name)
    columns(client, **{f"column-{len(HEAD) - 1}": "-"})
    if the_job().state == jobs.DRAFT:
        values(client)
    jobs.run_next()
    return the_job()


def commit(client: Client, job: LoadJob, on_error: str = "refuse") -> Any:
    return client.post(f"/import/{job.pk}/commit/", {"on_error": on_error})


def size() -> int:
    return logs.size(ledger.require_own_log())


# The whole way


@pytest.mark.parametrize(("name", "made"), [("a.csv", as_csv), ("a.xlsx", as_xlsx), ("a.ods", as_ods)])
def test_a_file_of_any_kind_goes_from_upload_to_the_register(registrar: Client, name: str, made: Any) -> None:
    job = checked(registrar, made(ROWS), name)
    assert "2" in page(registrar.get(f"/import/{job.pk}/"))
    assert not Weapon.objects.exists()
    commit(registrar, job)
    jobs.run_next()
    assert set(Weapon.objects.values_list("ref", "kind", "country", "serial")) == {
        ("A1", "self_loading_pistol", "BR", "TKD48213"),
        ("A2", "revolver", "BR", "007713"),
    }
    assert "Loaded" in page(registrar.get(f"/import/{job.pk}/"))


def test_an_events_list_is_loaded_with_its_own_order_of_day_and_month(registrar: Client) -> None:
    register.add_weapon("A1", {}, [{"component": "frame", "mark": "T1"}], by=CHIEF)
    upload(registrar, as_csv([["A1", "transfer", "03/04/2001"]], ["ref", "event", "date"]), kind="events")
    columns(registrar, date_format="DD/MM/YYYY")
    jobs.run_next()
    commit(registrar, the_job())
    jobs.run_next()
    line = projection.entries_of([bodies.weapon_id("XA/main", "A1")])[-1]
    assert line.body["eventTime"] == "2001-04-03T00:00:00.000Z"


def test_loading_twice_by_a_double_click_loads_once(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))
    commit(registrar, job)
    commit(registrar, job)
    jobs.run_next()
    after = size()
    commit(registrar, job)
    assert not jobs.run_next()
    assert size() == after
    assert Weapon.objects.count() == 2


def test_the_same_file_again_has_nothing_to_load(registrar: Client) -> None:
    commit(registrar, checked(registrar, as_csv(ROWS)))
    jobs.run_next()
    again = checked(registrar, as_csv(ROWS))
    assert (again.report["new"], again.report["unchanged"]) == (0, 2)
    assert "nothing to load" in page(registrar.get(f"/import/{again.pk}/"))


def test_a_load_is_undone_from_its_page_with_a_reason(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))
    commit(registrar, job)
    jobs.run_next()
    registrar.post(f"/import/{job.pk}/undo/", {"reason": ""})
    assert not LoadJob.objects.filter(kind="undo").exists()
    registrar.post(f"/import/{job.pk}/undo/", {"reason": "wrong_file"})
    jobs.run_next()
    assert not Weapon.objects.exclude(ref="").exists()
    assert "undone" in page(registrar.get(f"/import/{job.pk}/"))


# Columns and words


def test_a_column_nobody_knows_must_be_left_out_by_hand(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    refused = columns(registrar)
    assert refused.status_code == 422
    assert "Shoe size" in page(refused)
    assert columns(registrar, **{"column-6": "-"}).status_code == 302


def test_two_columns_cannot_be_the_same(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    refused = columns(registrar, **{"column-6": "mark"})
    assert refused.status_code == 422
    assert the_job().state == jobs.DRAFT


def test_a_file_without_record_numbers_goes_no_further(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    refused = columns(registrar, **{"column-0": "-", "column-6": "-"})
    assert refused.status_code == 422
    assert "ref" in page(refused)


def test_a_choice_is_remembered_for_the_next_file_with_the_same_columns(registrar: Client) -> None:
    before = size()
    checked(registrar, as_csv(ROWS))
    acts = [e.body["act"] for e in logs.entries(ledger.require_own_log(), before)]
    assert set(acts) == {"mapping_saved"}
    upload(registrar, as_csv([["B1", "pistol", "Taurus", "Brazil", "frame", "X1", ""]]))
    assert proposed(page(registrar.get(f"/import/{the_job().pk}/columns/")))["column-6"] == "-"
    columns(registrar)
    assert proposed(page(registrar.get(f"/import/{the_job().pk}/values/")))["value-1"] == "self_loading_pistol"


def test_the_same_choice_again_appends_nothing(registrar: Client) -> None:
    checked(registrar, as_csv(ROWS))
    before = size()
    checked(registrar, as_csv(ROWS))
    assert size() == before


def test_another_header_has_another_memory() -> None:
    mapped = FileMap(columns={"Nr": "ref", "Sn": "mark"})
    mappings.remember("weapons", ["Nr", "Sn"], mapped, by=CHIEF)
    assert mappings.remembered("weapons", ["Nr", "Sn"]) == mapped
    assert mappings.remembered("weapons", ["Nr", "Serial"]) is None
    assert mappings.remembered("events", ["Nr", "Sn"]) is None


def test_a_word_nobody_translated_refuses_its_rows(registrar: Client) -> None:
    upload(registrar, as_csv([["A1", "blaster", "", "", "frame", "T1", ""]]))
    columns(registrar, **{"column-6": "-"})
    values(registrar)
    jobs.run_next()
    assert the_job().report["errors"][0]["value"] == "blaster"


# What is wrong


def test_refused_rows_are_shown_and_the_rest_is_loaded_only_when_asked(registrar: Client) -> None:
    job = checked(registrar, as_csv([*ROWS, ["A3", "rifle", "", "", "frame", "", ""]]))
    html = page(registrar.get(f"/import/{job.pk}/"))
    assert "the reason why there is none" in html
    refused = page(registrar.get(f"/import/{job.pk}/refused.csv"))
    assert refused.splitlines()[0].startswith("Record No,")
    assert refused.splitlines()[1].startswith("A3,rifle")
    commit(registrar, job)
    jobs.run_next()
    assert the_job().state == jobs.REFUSED
    assert not Weapon.objects.exists()


def test_refused_rows_are_told_in_the_readers_language(registrar: Client) -> None:
    job = checked(registrar, as_csv([["A3", "rifle", "", "", "frame", "", ""]]))
    registrar.cookies["countermark_language"] = "fr"
    assert "une marque, ou dans mark_condition la raison de son absence" in page(registrar.get(f"/import/{job.pk}/"))


def test_why_a_job_failed_is_told_in_the_readers_language(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    columns(registrar, **{"column-6": "-"})
    values(registrar)
    accounts.disable_user("registrar", by=CHIEF)
    jobs.run_next()
    accounts.enable_user("registrar", by=CHIEF)
    registrar.force_login(User.objects.get(username="registrar"))
    registrar.cookies["countermark_language"] = "fr"
    assert "registrar n’en a plus le droit" in page(registrar.get(f"/import/{the_job().pk}/"))


def test_an_unreadable_file_is_told_in_the_readers_language(registrar: Client) -> None:
    registrar.cookies["countermark_language"] = "fr"
    assert "est un document PDF, pas un tableau" in page(upload(registrar, b"%PDF-1.4"))


def test_the_rest_is_loaded_without_the_refused_rows(registrar: Client) -> None:
    job = checked(registrar, as_csv([*ROWS, ["A3", "rifle", "", "", "frame", "", ""]]))
    commit(registrar, job, "skip")
    jobs.run_next()
    assert Weapon.objects.count() == 2


def test_what_differs_is_corrected_only_for_a_reason(registrar: Client) -> None:
    register.add_weapon(
        "A2",
        {"kind": "revolver", "maker": "Taurus", "country": "BR"},
        [{"component": "frame", "mark": "007713"}],
        by=CHIEF,
    )
    job = checked(registrar, as_csv(ROWS))
    assert "Taurus" in page(registrar.get(f"/import/{job.pk}/"))
    registrar.post(f"/import/{job.pk}/correct/", {"reason": " "})
    assert the_job().state == jobs.CHECKED
    registrar.post(f"/import/{job.pk}/correct/", {"reason": "misread", "words": "the file was read from the metal"})
    jobs.run_next()
    assert the_job().report["changed"] == 1
    commit(registrar, the_job())
    jobs.run_next()
    assert Weapon.objects.get(ref="A2").maker == "Rossi"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0", b"\x00" * 100])
def test_what_is_no_table_is_refused_at_once(registrar: Client, content: bytes) -> None:
    answer = upload(registrar, content)
    assert answer.status_code == 422
    assert not LoadJob.objects.exists()


def test_a_file_beyond_the_limit_is_refused_with_the_limit(registrar: Client) -> None:
    ledger.set_setting(jobs.LIMIT_SETTING, "1", by=CHIEF)
    answer = upload(registrar, b"ref,mark\n" + b"A1,T1\n" * 200_000)
    assert answer.status_code == 422
    assert "1 MB" in page(answer)


# Who sees what


def test_a_file_concerns_the_whole_state_and_is_not_for_a_registrar_of_one_place(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))
    accounts.add_place("North", by=CHIEF)
    other = signed_in("elsewhere", "registrar", "North")
    assert other.get(f"/import/{job.pk}/").status_code == 403
    assert other.get("/import/").status_code == 403


def test_a_registrar_of_the_whole_state_sees_every_file(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))
    assert signed_in("second", "registrar").get(f"/import/{job.pk}/").status_code == 200


def test_who_may_not_load_sees_nothing_of_it(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))
    assert signed_in("counter", "counter").get(f"/import/{job.pk}/").status_code == 403


# Near marks, and serials stated twice


def test_a_preview_tells_near_marks_and_gives_all_of_them_as_a_file(registrar: Client) -> None:
    facts = {"kind": "revolver", "maker": "Rossi", "country": "BR"}
    known = register.add_weapon("K1", facts, [{"component": "frame", "mark": "0077I3"}], by=CHIEF).weapon_id
    job = checked(registrar, as_csv(ROWS))

    html = page(registrar.get(f"/import/{job.pk}/"))
    listed = registrar.get(f"/import/{job.pk}/near.csv")

    assert "Easily taken for another" in html
    assert f'href="/weapons/{known}/"' in html
    assert listed.headers["Content-Disposition"] == 'attachment; filename="register-near.csv"'
    (row,) = csv.DictReader(io.StringIO(listed.content.decode("utf-8-sig")))
    assert (row["row"], row["mark"], row["near"], row["weapon_id"]) == ("4", "007713", "lookalike", known)


def test_a_preview_without_near_marks_does_not_speak_of_them(registrar: Client) -> None:
    job = checked(registrar, as_csv(ROWS))

    assert "Easily taken for another" not in page(registrar.get(f"/import/{job.pk}/"))
    assert registrar.get(f"/import/{job.pk}/near.csv").status_code == 302


def test_only_a_rule_makes_the_page_ask_who_wrote_a_file_and_a_typed_one_states_serials_twice(
    registrar: Client,
) -> None:
    assert 'name="untyped"' not in page(registrar.get("/import/"))
    serialrules.require(SerialRule("order-7", "Order 7/2026", "2026-01-01"), by=CHIEF)
    assert 'name="untyped"' in page(registrar.get("/import/"))

    assert "the rule order-7 asks for it" in page(registrar.get(f"/import/{checked(registrar, as_csv(ROWS)).pk}/"))
    twice = [[*row[:6], row[5], row[6]] for row in ROWS]
    head = [*HEAD[:6], "Serial (again)", HEAD[6]]
    upload(registrar, as_csv(twice, head))
    columns(registrar, **{"column-7": "-"})
    values(registrar)
    jobs.run_next()
    assert the_job().report["refused"] == 0


def test_a_file_of_a_program_is_not_asked_for_serials_twice(registrar: Client) -> None:
    serialrules.require(SerialRule("order-7", "Order 7/2026", "2026-01-01"), by=CHIEF)
    upload(registrar, as_csv(ROWS), untyped="on")
    columns(registrar, **{"column-6": "-"})
    values(registrar)
    jobs.run_next()
    assert the_job().report["refused"] == 0


# Progress and blanks


def test_progress_refreshes_with_and_without_scripts(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    columns(registrar, **{"column-6": "-"})
    values(registrar)
    html = page(registrar.get(f"/import/{the_job().pk}/"))
    assert 'http-equiv="refresh"' in html
    assert "hx-get" in html
    jobs.run_next()
    assert registrar.get(f"/import/{the_job().pk}/progress/").headers["HX-Refresh"] == "true"


def test_a_job_is_stopped_from_its_page(registrar: Client) -> None:
    upload(registrar, as_csv(ROWS))
    columns(registrar, **{"column-6": "-"})
    values(registrar)
    registrar.post(f"/import/{the_job().pk}/cancel/")
    assert the_job().state == jobs.CANCELLED


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize("kind", ["weapons", "events"])
def test_a_blank_file_loads_as_it_is(registrar: Client, kind: str, suffix: str) -> None:
    if kind == "events":
        register.add_weapon("EXAMPLE-1", {}, [{"component": "frame", "mark": "T1"}], by=CHIEF)
    content = registrar.get(f"/import/blank/{kind}.{suffix}").content
    upload(registrar, content, f"{kind}.{suffix}", kind)
    columns(registrar)
    jobs.run_next()
    assert (the_job().state, the_job().report["refused"], the_job().report["new"]) == (jobs.CHECKED, 0, 2)


def test_a_blank_of_another_kind_is_not_there(registrar: Client) -> None:
    assert registrar.get("/import/blank/people.csv").status_code == 404


# Anything at all

CELLS = st.text(max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=5).map(
    lambda rows: as_csv(rows[1:], rows[0])
)


# Of a path a browser sends the last part; one that ends without any is the name of no file, and none can be made of it.
NAMES = CELLS.filter(lambda name: not name or name.rpartition("/")[2] not in ("", ".", ".."))


@settings(max_examples=40)
@given(content=st.one_of(st.binary(max_size=400), TABLES), kind=st.sampled_from(["weapons", "events"]), data=st.data())
def test_whatever_is_uploaded_gets_an_answer_and_changes_no_record(
    registrar: Client, content: bytes, kind: str, data: st.DataObject
) -> None:
    LoadJob.objects.all().delete()
    before = Weapon.objects.count()
    answer = upload(registrar, content, data.draw(NAMES) or "x", kind)
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        url = f"/import/{the_job().pk}/columns/"
        html = page(registrar.get(url))
        choices = st.sampled_from(["", "-", "nonsense", *mappings.KNOWN[kind]])
        chosen = {name: data.draw(choices) for name in proposed(html)}
        assert registrar.post(url, chosen).status_code in (302, 422)
        registrar.post(f"/import/{the_job().pk}/values/", {})
        jobs.run_next()
        assert registrar.get(f"/import/{the_job().pk}/", follow=True).status_code == 200
    assert Weapon.objects.count() == before
