"""Marking for programs: everything the pages do, one file a subject."""

from ninja import Router

from countermark.web.api.marking import (
    batches,
    bench,
    figures,
    judging,
    machines,
    models,
    numbers,
    origins,
    profiles,
)

router = Router(tags=["marking"])
for _part in (profiles, judging, batches, bench, numbers, machines, models, origins, figures):
    router.add_router("", _part.router)
