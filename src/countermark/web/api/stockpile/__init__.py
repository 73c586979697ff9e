"""Operations of the stockpile: hand-overs, shipments, losses, disposal, ammunition, counts, scans, tags, and what readers saw."""

from ninja import Router

from countermark.web.api.stockpile import (
    assessing,
    changes,
    counting,
    custody,
    disposal,
    moves,
    proving,
    reads,
    scans,
    storage,
    tags,
    unitaccounts,
)

router = Router()
for _part in (
    assessing.router,
    changes.router,
    counting.router,
    custody.router,
    disposal.router,
    moves.router,
    proving.router,
    reads.router,
    scans.router,
    storage.router,
    tags.router,
    unitaccounts.router,
):
    router.add_router("", _part)
