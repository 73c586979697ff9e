"""What the documents say is there is there, and what is there is said."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("src/countermark/*/README.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)]+))?\)")
VARIABLE = re.compile(r"\bCOUNTERMARK_[A-Z_]+\b")
FIRST_SCREEN = 60


def links() -> list[tuple[Path, str]]:
    """Every relative link of the documents."""
    found = [(document, target) for document in DOCUMENTS for target, _ in LINK.findall(document.read_text("utf-8"))]
    return [(document, target) for document, target in found if "://" not in target]


@pytest.mark.parametrize(("document", "target"), links(), ids=lambda value: Path(value).name)
def test_a_link_leads_somewhere(document: Path, target: str) -> None:
    assert (document.parent / target).exists()


def test_the_command_reference_is_what_the_program_says() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "bin" / "command-reference"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert made.stdout == written, "run 'make docs'"


def test_every_setting_of_the_environment_is_documented() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(VARIABLE.findall(source)) <= set(VARIABLE.findall(documented))


def test_the_first_screen_of_the_readme_says_what_it_is_in_under_sixty_words_and_the_two_commands() -> None:
    screen = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN]
    paragraph = "\n".join(screen).split("\n\n")[1]
    assert len(paragraph.split()) < 60
    assert "make run" in "\n".join(screen)
    assert "make test" in "\n".join(screen)


def test_every_test_that_is_named_as_showing_something_is_there() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs" / "demands.md").read_text(encoding="utf-8"))
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / "tests" / file).is_file()
        or f"def {name}(" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]
    assert len(named) > 60
    assert missing == []
