"""Paper forms on the command line: numbered, keyed once with `add --form`, listed until then."""

from tests.support.cli import Cli

WEAPON = ("add", "weapon", "--kind", "revolver", "--mark", "AB 1", "--component", "frame", "--json")


def issued(run_cli: Cli, *arguments: str) -> str:
    [form] = run_cli("forms", "issue", *arguments, "--json").json()["forms"]
    return str(form["form"])


def out(run_cli: Cli) -> list[str]:
    return [form["form"] for form in run_cli("forms", "list", "--json").json()["forms"]]


def test_a_form_is_out_until_its_weapon_and_event_are_keyed(run_cli: Cli) -> None:
    new, loss = issued(run_cli, "weapon", "--to", "Sergeant Okoro"), issued(run_cli, "event", "--event", "loss")
    assert set(out(run_cli)) == {new, loss}

    weapon = run_cli(*WEAPON, "--form", new, "--written", "2026-06-29").json()["weapon_id"]
    said = ("add", "event", "--weapon", weapon, "--event", "loss", "--date", "2026-06-28", "--form", loss)
    added = run_cli(*said, "--written", "2026-06-29T21:40+01:00", "--json")
    again = run_cli(*said, "--written", "2026-06-29", "--json")

    assert out(run_cli) == []
    history = run_cli("show", weapon, "--json").json()["history"]
    assert {line["event"]: line["document"] for line in history if line["document"]} == {
        "registration": new,
        "loss": loss,
    }
    assert added.code == 0
    assert (again.code, again.json()["errors"][0]["code"]) == (1, "keyed")


def test_a_lost_form_is_void(run_cli: Cli) -> None:
    form = issued(run_cli, "correction")

    assert run_cli("forms", "void", form, "--reason", "spoiled", "--words", "wet", "--json").json() == {
        "form": form,
        "state": "void",
    }
    assert run_cli("forms", "void", form, "--reason", "spoiled", "--words", "wet").code == 1
    assert out(run_cli) == []


def test_what_is_no_form_is_told(run_cli: Cli) -> None:
    assert run_cli("forms", "issue", "event", "--json").code == 1
    assert run_cli("forms", "void", "FE-0000-0000-1", "--reason", "lost").code == 1
    assert run_cli(*WEAPON, "--form", "FE-0000-0000-1", "--written", "2026-06-29").code == 2
    assert run_cli(*WEAPON, "--written", "2026-06-29").code == 2
