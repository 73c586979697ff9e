"""Operations of cooperation: actors, needs, offers, and what else the room's capabilities add."""

from ninja import Router

from countermark.web.api.cooperation import (
    actors,
    consultations,
    evaluation,
    fund,
    iati,
    matching,
    needs,
    offers,
    projects,
    training,
)

router = Router()
_PARTS: tuple[Router, ...] = (
    actors.router,
    needs.router,
    offers.router,
    matching.router,
    consultations.router,
    projects.router,
    training.router,
    fund.router,
    evaluation.router,
    iati.router,
)
"""The routers of the modules of this package."""
for _part in _PARTS:
    router.add_router("", _part)
