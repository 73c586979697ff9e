"""`countermark tags` and `countermark scan`, as other programs use them."""

import json
from typing import Any

from click.testing import CliRunner

from countermark.cli import cli


def _run(*words: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli, [*words, "--json"])
    return result.exit_code, json.loads(result.output) if result.exit_code == 0 else result.output


def test_a_tag_is_encoded_and_decoded_with_the_members_of_the_contract() -> None:
    status, made = _run("tags", "encode", "urn:epc:id:giai:9521141.5678", "--scheme", "giai-96", "--filter", "3")
    assert (status, made["hex"], made["uri"]) == (0, "3476451FD40000000000162E", "urn:epc:id:giai:9521141.5678")
    status, read = _run("tags", "decode", made["hex"])
    assert (status, read["scheme"], read["uri"], read["element_string"]) == (
        0, "giai-96", "urn:epc:id:giai:9521141.5678", "(8004)95211415678",
    )  # fmt: skip


def test_what_a_tag_cannot_hold_is_a_finding() -> None:
    status, said = _run("tags", "encode", "urn:epc:id:giai:9521141.0A", "--scheme", "giai-96")
    assert status == 1
    assert "leading zeros" in said


def test_drawn_tags_are_as_many_as_asked_for_and_all_different() -> None:
    status, said = _run("tags", "random", "--prefix", "9521141", "--scheme", "giai-202", "--count", "20")
    assert status == 0
    assert len({one["hex"] for one in said["tags"]}) == 20


def test_a_scan_says_what_it_means() -> None:
    status, said = _run("scan", "]d28004952114132A/B")
    assert (status, said["kind"], said["value"], said["symbology"]) == (0, "asset", "(8004)952114132A/B", "datamatrix")


def test_a_misread_code_is_a_finding() -> None:
    result = CliRunner().invoke(cli, ["scan", "(01)09506000134353", "--json"])
    assert (result.exit_code, json.loads(result.output)["kind"]) == (1, "refused")


def test_a_person_reads_the_questions() -> None:
    result = CliRunner().invoke(cli, ["scan", "AO1"])
    assert "2: O or 0" in result.output
