"""Rules of the house that no linter knows."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "countermark"
WRITES = {
    "create",
    "bulk_create",
    "update",
    "bulk_update",
    "update_or_create",
    "get_or_create",
    "delete",
    "aupdate",
    "adelete",
}
RAW_WRITE = re.compile(
    r"\b(INSERT\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+\"?ledger_", re.IGNORECASE
)
ADDRESS = re.compile(r"https?://")
README_LINES = 20
ROOMS = sorted({path.parent for path in SOURCE.glob("*/__init__.py")} - {SOURCE / "cli"})


def modules() -> list[Path]:
    """Every module of the program outside the ledger's own room."""
    return sorted(path for path in SOURCE.rglob("*.py") if "ledger" not in path.relative_to(SOURCE).parts)


def orm_writes(tree: ast.Module) -> Iterator[str]:
    """Calls such as `Entry.objects.filter(...).update(...)` on models imported from the ledger."""
    imports = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "countermark.ledger.models"
    ]
    models = {name.asname or name.name for node in imports for name in node.names}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in WRITES:
            continue
        named, _, managed = ast.unparse(node.func).partition(".objects.")
        if managed and named.rpartition(".")[2] in models:
            yield ast.unparse(node)


def raw_writes(tree: ast.Module) -> Iterator[str]:
    """SQL in string literals that changes a table of the ledger."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW_WRITE.search(node.value):
            yield node.value


def writes(source: str) -> list[str]:
    """Everything in a module that changes the ledger's tables past its one door."""
    tree = ast.parse(source)
    return [*orm_writes(tree), *raw_writes(tree)]


@pytest.mark.parametrize(
    "source",
    [
        "from countermark.ledger.models import Entry\nEntry.objects.filter(id=1).update(data=b'')",
        "from countermark.ledger.models import Entry as Row\nRow.objects.all().delete()",
        "cursor.execute('DELETE FROM ledger_entry')",
        "cursor.execute(f'insert into ledger_tile values ({x})')",
    ],
)
def test_the_rule_sees_a_write_past_the_door(source: str) -> None:
    assert writes(source)


def test_the_rule_lets_reading_pass() -> None:
    source = (
        "from countermark.ledger.models import Entry\nEntry.objects.filter(id=1).first()\nmine = {}\nmine.update(a=1)"
    )
    assert not writes(source)


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_only_the_ledger_writes_its_tables(module: Path) -> None:
    assert not writes(module.read_text(encoding="utf-8"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.name)
def test_every_room_says_what_it_is_for_in_a_few_lines(room: Path) -> None:
    lines = (room / "README.md").read_text(encoding="utf-8").splitlines()
    assert 0 < len(lines) <= README_LINES


def test_every_kind_of_file_is_packed_with_the_program() -> None:
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"][
        "*"
    ]
    kinds = {path.suffix for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert kinds - {".py"} <= {pattern.removeprefix("*") for pattern in packed}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "package-lock.json"])
def test_a_lock_carries_no_address(lock: str) -> None:
    assert not ADDRESS.search((ROOT / lock).read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_package_carries_a_hash(lock: str) -> None:
    pins = re.split(r"^(?=\S+==)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)


def test_what_the_tests_add_changes_nothing_that_runs() -> None:
    runtime, development = (pinned(name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert {name: development.get(name, version) for name, version in runtime.items()} == runtime


def pinned(lock: str) -> dict[str, str]:
    """Package names and versions of a lock file."""
    return dict(re.findall(r"^(\S+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_every_lint_exception_gives_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("\nignore = [") : text.index("]", text.index("\nignore = ["))]
    rules = [line for line in block.splitlines() if line.strip().startswith('"')]
    assert len(rules) == len(tomllib.loads(text)["tool"]["ruff"]["lint"]["ignore"])
    assert all(re.search(r"# \w", line) for line in rules)


@pytest.mark.django_db
def test_the_migrations_describe_the_models() -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
