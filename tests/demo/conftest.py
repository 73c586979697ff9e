from functools import cache

import pytest

from countermark.demo.world import Weapon, generate


@cache
def _register(state: str) -> tuple[Weapon, ...]:
    return tuple(generate(state, seed=1, weapons=4_000))


@pytest.fixture(scope="session", params=["XA", "XB"])
def register(request: pytest.FixtureRequest) -> tuple[Weapon, ...]:
    return _register(request.param)


@pytest.fixture(scope="session")
def both() -> tuple[tuple[Weapon, ...], tuple[Weapon, ...]]:
    return _register("XA"), _register("XB")
