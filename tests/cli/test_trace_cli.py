"""`countermark trace`: one weapon on the command line, or a file of readings that can be interrupted and gone on with."""

import json
from pathlib import Path
from typing import Any

import pytest

from countermark.cli import trace
from tests.support.cli import Cli

REGISTER = "ref,maker,component,mark\nA1,Taurus,frame,TKD48213\nA1,Taurus,slide,S7714\nA2,Ижмаш,receiver,ЖИ1408\n"
READINGS = "query_id,reading,component\nq1,TKD4B213,frame\nq1,S7714,slide\nq2,QQ7777777,\nq3,ZHI1408,\nq4,,\n"


def file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_readings_are_answered_one_a_line_in_input_order_and_an_old_answer_is_replaced(
    run_cli: Cli, tmp_path: Path
) -> None:
    assert run_cli("load", "weapons", file(tmp_path / "w.csv", REGISTER)).code == 0
    readings, out = file(tmp_path / "r.csv", READINGS), file(tmp_path / "a.jsonl", "old\n")
    done = run_cli("trace", "--readings", readings, "--out", out)
    assert done.code == 1  # q4 cannot be used
    answers = lines(out)
    assert [answer["query_id"] for answer in answers] == ["q1", "q2", "q3", "q4"]
    assert [answer["outcome"] for answer in answers][1::2] == ["none", "error"]
    assert {"column", "message"} == set(answers[3]["error"])
    assert [answers[n]["candidates"][0]["ref"] for n in (0, 2)] == ["A1", "A2"]
    assert not list(tmp_path.glob("a.jsonl.*"))
    one = run_cli("trace", "--reading", "frame=TKD4B213", "--reading", "slide=S7714", "--json")
    assert one.code == 0
    assert one.json()["candidates"][0]["ref"] == "A1"
    assert run_cli("trace", "--reading", "", "--json").code == 1


def test_a_component_is_named_before_an_equals_sign_and_anything_else_belongs_to_the_reading() -> None:
    assert trace._component_and_text("barrel=A=1", "frame") == ("barrel", "A=1")
    assert trace._component_and_text("A=1", "frame") == ("frame", "A=1")
    assert trace._component_and_text("TKD48213", "") == ("", "TKD48213")


HEAD = b'{"readings": "x"}\n'
WHOLE = b'{"query_id":"q1","outcome":"none"}\n{"query_id":"q2","outcome":"error"}\n'


def test_answers_of_an_interrupted_run_are_gone_on_with_and_half_a_line_is_dropped(tmp_path: Path) -> None:
    part = tmp_path / "a.jsonl.part"
    part.write_bytes(HEAD + WHOLE + b'{"query_id":"q3","out')
    assert trace._already_done(part, HEAD) == [False, True]
    assert part.read_bytes() == HEAD + WHOLE


@pytest.mark.parametrize("content", [b"", b'{"readings": "y"}\n' + WHOLE, HEAD + b"\0\0\0\n", HEAD[:5]])
def test_what_was_made_of_other_readings_or_spoilt_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    part = tmp_path / "a.jsonl.part"
    assert trace._already_done(part, HEAD) == []
    part.write_bytes(content)
    assert trace._already_done(part, HEAD) == []


@pytest.mark.parametrize(
    "changed", [{"top": 3}, {"absent_prior": 0.2}, {"tree_size": 8}, {"text": "query_id,reading\nq1,B\n"}]
)
def test_other_options_readings_or_records_make_another_run(tmp_path: Path, changed: dict[str, Any]) -> None:
    def key(**values: Any) -> bytes:
        usual = {"top": 10, "absent_prior": 0.1, "tree_size": 7, "text": "query_id,reading\nq1,A\n", **values}
        source = file(tmp_path / "r.csv", usual["text"])
        return trace._resume_key(source, usual, usual["tree_size"])

    assert key() == key()
    assert key() != key(**changed)


def test_finished_answers_take_the_place_of_the_old_ones_whole(tmp_path: Path) -> None:
    part, out = tmp_path / "a.jsonl.part", file(tmp_path / "a.jsonl", "old\n")
    part.write_bytes(HEAD + WHOLE)
    trace._finish(part, out, len(HEAD))
    assert out.read_bytes() == WHOLE
    assert not part.exists()
