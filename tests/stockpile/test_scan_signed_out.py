"""A scan that meets the entrance is not lost: its row says to sign in again, and it is sent once somebody has. No browser: node runs the script."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from countermark import stockpile
from tests.register import people
from tests.stockpile.armoury import DEPOT, armoury

HERE = Path(__file__).parent
STATIC = Path(stockpile.__file__).parent / "static/stockpile"
SCRIPTS = (STATIC / "kept.js", STATIC / "scan.js")
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node, which runs the script of the scan field, is not installed")
@pytest.mark.parametrize("how", ["401", "403", "redirected", "header"])
def test_a_scan_of_somebody_signed_out_waits_until_they_have_signed_in_again(how: str) -> None:
    assert NODE is not None

    ran = subprocess.run(
        [NODE, HERE / "signed_out.js", *SCRIPTS, how], capture_output=True, text=True, check=True, timeout=60
    )

    seen = json.loads(ran.stdout)
    first, second = seen["sent"]
    link = {"name": "a", "href": "/entrance/", "target": "_blank", "rel": "noopener", "textContent": "Sign in again"}
    assert seen["waits"] == {"outcome": "waiting", "link": link}
    assert first["id"] == second["id"]
    assert (first["token"], second["token"]) == ("old", "new")
    assert seen["replaced"] == "<li>"


@pytest.mark.django_db
def test_the_server_says_what_the_script_expects_and_the_entrance_leads_to_a_new_secret() -> None:
    armoury()
    client = people.signed_in("belo", "armourer", DEPOT)
    page = client.get("/stockpile/counter/issue/").content.decode()
    entrance = reverse("account_login")

    out = Client().post("/stockpile/counter/issue/scan/", {"scan": "AB1000"}, headers={"HX-Request": "true"})

    assert f'data-scan-entrance="{entrance}"' in page
    assert out.headers["HX-Redirect"] == entrance
    for one in (Client(), client):
        assert re.search('name="csrfmiddlewaretoken" value="[^"]+"', one.get(entrance, follow=True).content.decode())
