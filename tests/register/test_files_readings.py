from pathlib import Path

from countermark.register.files.readings import ReadingQuery, read_readings


def queries(tmp_path: Path, *lines: str) -> list[ReadingQuery]:
    path = tmp_path / "q.csv"
    head = "query_id,reading,maker,country,kind,calibre,component,mark_kind\n"
    path.write_text(head + "".join(line + "\n" for line in lines), encoding="utf-8")
    return [query for query in read_readings(path) if isinstance(query, ReadingQuery)]


def test_adjacent_rows_of_one_query_are_one_weapon(tmp_path: Path) -> None:
    found = queries(tmp_path, "q1,TK*,,,,,frame,", "q1,TKD?,,,,,slide,", "q2,9,,,,,,")
    assert [(q.query_id, [r.reading for r in q.readings]) for q in found] == [("q1", ["TK*", "TKD?"]), ("q2", ["9"])]


def test_evidence_may_be_wrong(tmp_path: Path) -> None:
    (query,) = queries(tmp_path, "q1,TK*,Tarus,Brazil,blunderbuss,nine,gear,x")
    assert not query.errors
    assert query.readings[0].kind == "blunderbuss"


def test_a_bad_row_is_its_querys_error_and_the_rest_go_on(tmp_path: Path) -> None:
    found = queries(tmp_path, "q1,,,,,,,", ",TK,,,,,,", "q3,a\x01,,,,,,", "q4", "q5,9,,,,,,")
    assert [(q.query_id, [e.column for e in q.errors]) for q in found] == [
        ("q1", ["reading"]), ("", ["query_id"]), ("q3", ["reading"]), ("", [""]), ("q5", []),
    ]  # fmt: skip
    assert found[0].errors[0].row == 2


def test_a_query_with_absurdly_many_readings_is_an_error(tmp_path: Path) -> None:
    found = queries(tmp_path, *["q1,9,,,,,,"] * 100, "q2,9,,,,,,")
    assert [len(q.errors) for q in found] == [1, 0]


def test_backslashes_of_the_reading_syntax_are_kept(tmp_path: Path) -> None:
    (query,) = queries(tmp_path, r"q1,A\*B\?C\\D,,,,,,")
    assert query.readings[0].reading == r"A\*B\?C\\D"
