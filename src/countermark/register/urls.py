"""URLs of the register's pages, and of the ledger's, which this room shows."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from countermark.register.views import (
    capture,
    discrepancies,
    holders,
    lists,
    logs,
    nodes,
    papers,
    record,
    replica,
    serials,
    weapons,
)

register_patterns: list[URLPattern | URLResolver] = [
    path("weapons/", weapons.weapons, name="weapons"),
    path("weapons/held/", holders.held, name="weapons_held"),
    path("weapons/export/", weapons.export, name="weapons_export"),
    path("weapons/searches/", weapons.save_search, name="search_save"),
    path("weapons/searches/<int:search>/remove/", weapons.remove_search, name="search_remove"),
    path("weapons/new/", capture.weapon_add, name="weapon_add"),
    path("weapons/<uuid:weapon_id>/", record.weapon, name="weapon"),
    path("weapons/<uuid:weapon_id>/names/", record.open_names, name="names_open"),
    path("weapons/<uuid:weapon_id>/events/<int:position>/", record.proof, name="proof"),
    path("weapons/<uuid:weapon_id>/events/new/", capture.event_add, name="event_add"),
    path("weapons/<uuid:weapon_id>/events/<int:position>/correct/", capture.event_correct, name="event_correct"),
    path("weapons/<uuid:weapon_id>/correct/", capture.weapon_correct, name="weapon_correct"),
    path("weapons/<uuid:weapon_id>/join/", capture.weapon_join, name="weapon_join"),
    path("discrepancies/", discrepancies.queue, name="discrepancies"),
    path("discrepancies/<str:subject>/", discrepancies.discrepancy, name="discrepancy"),
    path("discrepancies/<str:subject>/assign/", discrepancies.assign, name="discrepancy_assign"),
    path("discrepancies/<str:subject>/decide/", discrepancies.decide, name="discrepancy_decide"),
    path("forms/", papers.papers_page, name="papers"),
    path("forms/find/", papers.paper_find, name="paper_find"),
    path("forms/sheet/", papers.paper_sheet, name="paper_sheet"),
    path("forms/<str:code>/", papers.paper, name="paper"),
    path("forms/<str:code>/key/", papers.paper_key, name="paper_key"),
    path("forms/<str:code>/void/", papers.paper_void, name="paper_void"),
    path("lists/", lists.lists, name="lists"),
    path("lists/review/", lists.review, name="term_review"),
    path("lists/serials/", serials.serial_rules, name="serial_rules"),
]
ledger_patterns = [
    path("ledger/", logs.log, name="log"),
    path("ledger/entries/<int:position>/", logs.entry, name="entry"),
    path("ledger/checkpoint/", logs.checkpoint, name="checkpoint"),
    path("ledger/verify/", logs.verify, name="verify"),
    path("ledger/reasons/", logs.why, name="reasons"),
    path("ledger/nodes/", nodes.nodes, name="nodes"),
    path("exchange/replica/<str:operation>/", replica.call, name="replica"),
]


def _wizard() -> list[URLPattern | URLResolver]:
    """The import wizard's pages, where it is installed."""
    if find_spec("countermark.register.wizard") is None:
        return []
    from countermark.register import wizard

    patterns: list[URLPattern | URLResolver] = getattr(wizard, "urlpatterns", [])
    return patterns


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(([*register_patterns, *_wizard()], "register"))),
    path("", include((ledger_patterns, "ledger"))),
]
