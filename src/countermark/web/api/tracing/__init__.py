"""Cases, chains, the blind check and INTERPOL for programs: what the pages do, one file a subject."""

from ninja import Router

from countermark.web.api.tracing import blind, cases, casework, chain, interpol

router = Router(tags=["tracing between States"])
for _part in (cases, casework, chain, blind, interpol):
    router.add_router("", _part.router)
