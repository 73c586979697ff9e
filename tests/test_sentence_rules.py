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
ROOMS = ("marks", "ledger", "accounts", "register", "tracing", "marking", "stockpile", "cooperation")
MODULES = sorted(path for room in ROOMS for path in (SOURCE / room).rglob("*.py"))


def bare(source: str) -> list[str]:
    """Every refusal of a module whose sentence no catalogue can find."""
    module = ast.parse(source)
    texts = named_texts(module)
    return [ast.unparse(call) for call in calls(module) if not told(call, texts)]


def calls(module: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def named_texts(module: ast.Module) -> set[str]:
    """The names that stand for a text somewhere in a module: no catalogue looks behind a name."""
    given = [node for node in ast.walk(module) if isinstance(node, ast.Assign)]
    return {ast.unparse(one.targets[0]) for one in given if isinstance(one.value, ast.Constant | ast.JoinedStr)}


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)


def told(call: ast.Call, texts: set[str]) -> bool:
    name = called(call)
    if name == "Sentence":
        return not isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    if name == "refuse" and len(call.args) > REFUSE:
        said = call.args[REFUSE]
        either = isinstance(said, ast.IfExp) and isinstance(said.body, ast.Constant)
        return not (isinstance(said, ast.JoinedStr | ast.BinOp) or either or ast.unparse(said) in texts)
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
        'raise acts.refuse("copies", "", f"1 to {most}", "range")',
        'raise refuse("tag", "", "a tag of this" if one else "a tag", "unknown")',
        'expected = "a spelling"\nraise refuse("text", "", expected, "missing")',
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
        'expected = Sentence("a spelling")\nraise refuse("text", "", expected, "missing")',
        'yield RowError(1, "mark", "", expected, "unknown")',
        'Problem("$", "needs an epcList")',
    ],
)
def test_the_rule_lets_sentences_pass(source: str) -> None:
    assert not bare(source)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_refusal_is_a_sentence_the_catalogues_know(module: Path) -> None:
    assert bare(module.read_text(encoding="utf-8")) == []
