"""A large find comes in as a file: every weapon of it, or none, with what was wrong in which row."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from countermark.cli.cases import case as command
from countermark.tracing.cases import files, queries, services
from countermark.tracing.cases.rules import Facts, Mark, Recovered
from countermark.tracing.cases.services import NotRecorded
from tests.register import people

pytestmark = [pytest.mark.django_db, pytest.mark.storage]

HEAD = "query_id,reading,maker,kind,component\n"
TWO = f"{HEAD}1,AB 12?4,Rossi,revolver,frame\n1,77,,,barrel\n2,TKD 48213,,,\n"
WEAPONS = [
    Recovered((Mark("AB 12?4", "frame"), Mark("77", "barrel")), "revolver", "Rossi"),
    Recovered((Mark("TKD 48213"),)),
]


@pytest.fixture
def case() -> str:
    return services.open_case(Facts("seizure", "2026-03-04"), by=people.CHIEF).id


def weapons_of(case: str) -> list[Recovered | None]:
    found = queries.case(case)
    assert found is not None
    return [item.said for item in found.items]


def test_the_rows_of_one_query_are_one_weapon(case: str) -> None:
    files.add(case, TWO.encode(), "find.csv", by=people.CHIEF)
    assert weapons_of(case) == WEAPONS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{TWO}3,,,,\n", "row 5"),
        ("reading\nAB\n", "query_id"),
        ("", "."),
        (HEAD, "from 1 to"),
        (HEAD + "".join(f"{n},AB {n},,,\n" for n in range(501)), "from 1 to"),
        (f"{HEAD}1,{'A' * 900},,,\n", "weapon 1"),
    ],
)
def test_a_file_that_cannot_be_right_adds_nothing_and_says_why(case: str, text: str, why: str) -> None:
    with pytest.raises(NotRecorded, match=why):
        files.add(case, text.encode(), "find.csv", by=people.CHIEF)
    assert weapons_of(case) == []


def test_a_file_is_taken_on_the_page_and_refused_beside_it(case: str) -> None:
    client = people.signed_in("carol", "contact")
    path = f"/cases/{case}/weapons/file/"
    refused = client.post(path, {"file": SimpleUploadedFile("find.csv", f"{TWO}3,,,,\n".encode())})
    assert (refused.status_code, "row 5" in refused.content.decode()) == (422, True)
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"file": SimpleUploadedFile("find.csv", TWO.encode())}).status_code == 302
    assert weapons_of(case) == WEAPONS


def test_a_file_is_taken_on_the_command_line(case: str, tmp_path: Path) -> None:
    (tmp_path / "find.csv").write_text(TWO, encoding="utf-8")
    done = CliRunner().invoke(command, ["weapons", case, str(tmp_path / "find.csv")], standalone_mode=False)
    assert done.exception is None
    assert weapons_of(case) == WEAPONS
