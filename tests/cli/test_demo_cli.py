"""`countermark demo`: both States, the sample readings, and never in a real store."""

from pathlib import Path

import pytest

from tests.support.cli import Cli, environment, sqlite_node


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A user's machine without any store."""
    home = tmp_path_factory.mktemp("demo")
    variables = environment("", home, XDG_DATA_HOME=str(home / "data"))
    return Cli({name: value for name, value in variables.items() if not name.startswith("COUNTERMARK_")})


@pytest.fixture(scope="module")
def made(cli: Cli) -> Cli:
    done = cli("demo", "run", "--no-serve", "--weapons", "300")
    assert done.code == 0, done.err
    return cli


def at(cli: Cli, state: str) -> Cli:
    """The same machine with a State's demonstration store at hand."""
    directory = Path(cli.environment["XDG_DATA_HOME"]) / "countermark" / "demonstration" / state
    return Cli({
        **cli.environment,
        "COUNTERMARK_DATABASE_URL": f"sqlite://{directory}/store.db",
        "COUNTERMARK_KEY": str(directory / "node.key"),
        "COUNTERMARK_STATE": state,
    })  # fmt: skip


def test_the_answers_to_the_sample_readings_are_printed_and_made_again_alike(made: Cli) -> None:
    one, two = (made("demo", "run", "--no-serve", "--weapons", "300", "--json") for _ in range(2))
    answers = one.json()["answers"]
    assert (one.code, one.json()["states"]) == (0, ["XA", "XB"])
    assert {answer["outcome"] for answer in answers} <= {"identified", "several", "none"}
    assert sum(answer["outcome"] == "identified" for answer in answers) >= 1
    assert [answer["candidates"] for answer in answers] == [answer["candidates"] for answer in two.json()["answers"]]


@pytest.mark.parametrize("state", ["XA", "XB"])
def test_both_states_have_a_register_of_their_own_that_verifies(made: Cli, state: str) -> None:
    node = at(made, state)
    report = node("ledger", "verify", "--json").json()
    assert report["ok"]
    assert report["tree_size"] > 300
    assert node("ledger", "export").out.splitlines()[0].count(f'"origin":"{state}/main/1"') == 1


def test_a_store_with_users_of_its_own_gets_no_demonstration_users(tmp_path: Path) -> None:
    node = sqlite_node(tmp_path)
    assert node("user", "add", "ann", "--role", "admin").code == 0
    assert node("demo", "fill", "--weapons", "10").code == 1
    assert node("user", "reset", "armourer").code == 1
