"""The API for programs under `/api/` (docs/api.md): one router per subject, assembled here.

Every operation names its permission (`allowed.Token`), refusals are problem documents (`problems`), and what a person sees by
place a program sees by its token's owner.
"""

import countermark
from countermark.web.api import (
    asked,
    cooperation,
    jobs,
    ledger,
    loads,
    marking,
    problems,
    stockpile,
    trace,
    tracing,
    weapons,
)
from countermark.web.api.described import DescribedAPI

DESCRIPTION = """
What the pages do, for programs: tracing, weapons, events, corrections, marking, cases, chains, the blind check, loads, and proofs of
the ledger.

Send `Authorization: Bearer <token>`; a token is issued on the page *API tokens*, has scopes and expires, and never allows more
than its owner's roles do. The permission an operation needs stands at its description. A refusal is a problem document
(RFC 9457) whose `errors` name each column, its value and what was expected.
"""

api = DescribedAPI(
    title="Countermark",
    version=countermark.__version__,
    description=DESCRIPTION,
    urls_namespace="api",
    docs_url="/docs",
    openapi_url="/openapi.json",
)
problems.install(api)
for _router in (
    trace.router,
    weapons.router,
    asked.router,
    marking.router,
    stockpile.router,
    cooperation.router,
    tracing.router,
    loads.router,
    jobs.router,
    ledger.router,
):
    api.add_router("", _router)
