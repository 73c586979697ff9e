"""Work orders, numbers and equipment of the marking room on the command line."""

from typing import Any

from tests.support.cli import Cli

WEAPON = (
    "add",
    "weapon",
    "--kind",
    "revolver",
    "--mark-condition",
    "none",
    "--component",
    "frame",
    "--ref",
    "W1",
    "--json",
)
AUTHORITY = ("--title", "Import marks", "--purpose", "import", "--country", "XA", "--pattern", "XA{yy}-{number:4}")


def said(run_cli: Cli, what: str, *arguments: str) -> Any:
    done = run_cli("marking", *arguments, "--json")
    assert done.code == 0, done.err
    return done.json()[what]


def numbered(run_cli: Cli) -> None:
    said(run_cli, "authorities", "number", "open", "imports", *AUTHORITY)
    said(run_cli, "blocks", "number", "block", "imports", "10")


def test_numbers_are_issued_once_and_asked_for_again_are_the_same(run_cli: Cli) -> None:
    numbered(run_cli)
    issue = ("number", "issue", "imports", "--count", "2", "--request", "order 7")

    first, again = said(run_cli, "numbers", *issue), said(run_cli, "numbers", *issue)
    [void] = said(run_cli, "numbers", "number", "void", "imports", "1", "--reason", "spoiled")

    assert [one["number"] for one in first] == [1, 2]
    assert again == first
    assert void["state"] == "voided"
    assert len(said(run_cli, "numbers", "number", "list", "imports", "--state", "issued")) == 1


def test_weapons_of_the_register_become_a_work_order_that_a_machine_reads(run_cli: Cli) -> None:
    numbered(run_cli)
    assert run_cli(*WEAPON).code == 0

    add = ("batch", "add", "W1", "--name", "Depot", "--occasion", "import", "--profile", "nairobi")
    [made] = said(run_cli, "batches", *add, "--authority", "imports", "--element", "country=XA", "--element", "year=26")
    [moved] = said(run_cli, "batches", "batch", "move", made["id"], "released")
    file = run_cli("marking", "batch", "file", made["id"], "text")

    assert (made["weapons"], made["state"], moved["state"]) == (1, "draft", "released")
    assert said(run_cli, "batches", "batch", "list") == [moved]
    # A number is assigned at the bench, once the weapon's serial is confirmed.
    assert file.code == 1


def test_a_machine_that_stands_still_is_listed_so_until_it_runs_again(run_cli: Cli) -> None:
    [made] = said(run_cli, "machines", "machine", "add", "Laser 1", "--kind", "laser", "--method", "laser")

    [down] = said(run_cli, "machines", "machine", "down", made["id"], "no_power")
    [up] = said(run_cli, "machines", "machine", "up", made["id"])

    assert down["reason"] == "no_power"
    assert up == made
    assert said(run_cli, "machines", "machine", "list") == [made]


def test_a_batch_that_is_not_there_is_a_finding(run_cli: Cli) -> None:
    assert run_cli("marking", "batch", "move", "nowhere", "released").code == 1


def test_a_profile_nobody_knows_is_wrong_usage(run_cli: Cli) -> None:
    done = run_cli("marking", "batch", "add", "W1", "--name", "x", "--occasion", "import", "--profile", "nowhere")

    assert (done.code, "nowhere" in done.err) == (2, True)
