"""Two who enter one State at once: it is entered once, and neither takes the other's words away."""

import pytest

from countermark.cooperation import actors, acts
from countermark.cooperation.actors import ActorFacts
from countermark.register.checking import Refused
from tests.cooperation.region import COORDINATOR
from tests.support.races import at_once


@pytest.mark.usefixtures("store")
def test_of_two_who_enter_one_state_at_once_the_second_is_told() -> None:
    actors.set_actor("", "Republic of XA", "state", country_code="XA", by=COORDINATOR)
    names = ("Realm of XQ", "Kingdom of XQ")

    came = at_once(
        *[lambda name=name: actors.set_actor("", name, "state", country_code="XQ", by=COORDINATOR) for name in names]
    )

    (kept,) = [name for name, one in zip(names, came, strict=True) if one == "XQ"]
    (refused,) = [one for one in came if isinstance(one, Refused)]
    found = acts.subject("actor", "XQ")
    assert found is not None
    assert refused.errors[0].code == "known"
    assert acts.texts_of([found])[found.of(ActorFacts).name] == kept
