"""What refuses something says so in a sentence that can be told in any language, never in bare English."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "countermark"
TELLING = {
    "NoDate": 0,
    "Problem": 2,
    "ReadingError": 0,
    "RolledBackError": 0,
    "RowError": 3,
    "SearchError": 1,
    "UnknownLoad": 0,
    "UnreadableFile": 0,
}
"""What refuses, and which of its arguments is the sentence."""
REFUSE = 2
"""The argument of `refuse` that is the sentence; a literal there is collected as it stands."""
MODULES = sorted(
    path for room in ("marks", "ledger", "register", "tracing", "marking") for path in (SOURCE / room).rglob("*.py")
)


def bare(source: str) -> list[str]:
    """Every refusal of a module whose sentence no catalogue can find."""
    return [ast.unparse(call) for call in calls(source) if not told(call)]


def calls(source: str) -> Iterator[ast.Call]:
    return (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    )


def told(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "Sentence":
        return not isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    if name == "refuse" and len(call.args) > REFUSE:
        return not isinstance(call.args[REFUSE], ast.JoinedStr | ast.BinOp)
    if len(call.args) <= TELLING.get(name, len(call.args)):
        return True
    return not isinstance(call.args[TELLING[name]], ast.Constant | ast.JoinedStr | ast.BinOp)


@pytest.mark.parametrize(
    "source",
    [
        'raise UnreadableFile("no table")',
        'raise SearchError("reading", f"{count} characters")',
        'yield RowError(1, "mark", "", "one of " + codes, "unknown")',
        'raise refuse("copies", "", f"1 to {most}", "range")',
        'Sentence(f"{file} is empty")',
    ],
)
def test_the_rule_sees_bare_english(source: str) -> None:
    assert bare(source)


@pytest.mark.parametrize(
    "source",
    [
        'raise UnreadableFile(Sentence("%(file)s is empty", file=name))',
        'raise refuse("text", "", "a spelling", "missing")',
        'yield RowError(1, "mark", "", expected, "unknown")',
        'Problem("$", "needs an epcList")',
    ],
)
def test_the_rule_lets_sentences_pass(source: str) -> None:
    assert not bare(source)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_refusal_is_a_sentence_the_catalogues_know(module: Path) -> None:
    assert bare(module.read_text(encoding="utf-8")) == []
