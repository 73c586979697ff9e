"""`countermark erase`: what is gone afterwards, and what stays."""

import hashlib
import json
from pathlib import Path

from tests.support.cli import Cli

EVENT = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "bizStep": "shipping",
    "eventTime": "2020-01-02T03:04:05.000Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": ["urn:epc:id:sgtin:0614141.107346.2017"],
    "countermark:note": "handed to Sergeant Okoro",
}
DOCUMENT = {
    "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
    "type": "EPCISDocument",
    "schemaVersion": "2.0",
    "creationDate": "2020-02-01T00:00:00.000Z",
    "epcisBody": {"eventList": [EVENT]},
}


def held(run_cli: Cli) -> str:
    """A weapon that Sergeant Okoro received."""
    added = run_cli("add", "weapon", "--ref", "T-1", "--kind", "revolver", "--mark", "AB 1", "--json").json()
    weapon = str(added["weapon_id"])
    assert run_cli("add", "event", "--weapon", weapon, "--event", "issue", "--to", "Sergeant Okoro").code == 0
    return weapon


def test_a_person_is_erased_by_name_and_the_ledger_verifies(run_cli: Cli) -> None:
    weapon = held(run_cli)
    assert "Okoro" in run_cli("show", weapon).out
    done = run_cli("erase", "--person", "sergeant OKORO", "--reason", "order 12/2026")
    assert (done.code, done.out) == (0, "1 erased\n"), done.err
    assert "Okoro" not in run_cli("show", weapon, "--json").out
    assert run_cli("ledger", "verify").code == 0
    again = run_cli("erase", "--person", "Sergeant Okoro", "--reason", "order 12/2026")
    assert (again.code, "erased before" in again.out) == (0, True)


def test_a_text_is_erased_by_its_id_and_a_received_document_by_its_digest(run_cli: Cli, tmp_path: Path) -> None:
    weapon = held(run_cli)
    document = tmp_path / "received.jsonld"
    document.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    assert run_cli("load", "epcis", document).code == 0
    digest = hashlib.sha256(document.read_bytes()).hexdigest()
    urn = "urn:countermark:party:" + "0" * 64
    unknown = run_cli("erase", "--ref", urn, "--attachment", f"sha256:{digest}", "--reason", "order")
    assert (unknown.code, "nothing was erased" in unknown.err) == (1, True)
    entries = run_cli("ledger", "export").out
    named = entries.partition("urn:countermark:party:")[2][:64]
    done = run_cli(
        "erase", "--ref", f"urn:countermark:party:{named}", "--attachment", f"sha256:{digest}", "--reason", "order"
    )
    assert (done.code, done.out) == (0, "2 erased\n"), done.err
    assert "Okoro" not in run_cli("show", weapon, "--json").out
    assert run_cli("ledger", "verify").code == 0


def test_an_erasure_of_nothing_of_nobody_or_without_a_reason_is_refused(run_cli: Cli) -> None:
    assert run_cli("erase", "--reason", "order").code == 2
    assert run_cli("erase", "--person", "Okoro").code == 2
    assert run_cli("erase", "--person", "Okoro", "--reason", " ").code == 2
    assert run_cli("erase", "--ref", "Okoro", "--reason", "order").code == 2
    nobody = run_cli("erase", "--person", "Okoro", "--reason", "order")
    assert (nobody.code, "nobody here" in nobody.err) == (1, True)
