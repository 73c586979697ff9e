"""URLs of the stockpile."""

from django.urls import URLPattern, URLResolver, include, path

from countermark.stockpile.counting import sheetviews as sheets
from countermark.stockpile.counting import views as counting
from countermark.stockpile.labels import views as labels
from countermark.stockpile.scanning import views as scanning
from countermark.stockpile.views import counter, home, receipts, tags

patterns: list[URLPattern | URLResolver] = [
    path("stockpile/", home.home, name="home"),
    path("stockpile/home/", home.all_home, name="all_home"),
    path("stockpile/receipts/", receipts.receipt_list, name="receipts"),
    path("stockpile/receipts/<str:code>/", receipts.receipt, name="receipt"),
    path("stockpile/receipts/<str:code>/signed/", receipts.signed, name="receipt_signed"),
    path("stockpile/counter/<str:mode>/", counter.counter, name="counter"),
    path("stockpile/counter/<str:mode>/scan/", counter.scan, name="counter_scan"),
    path("stockpile/counter/<str:mode>/undo/", counter.undo, name="counter_undo"),
    path("stockpile/counter/<str:mode>/clear/", counter.clear, name="counter_clear"),
    path("stockpile/counter/<str:mode>/kind/", counter.kind, name="counter_kind"),
    path("stockpile/counter/<str:mode>/done/", counter.done, name="counter_done"),
    path("stockpile/counts/", counting.overview, name="counts"),
    path("stockpile/counts/plan/", counting.plan, name="count_plan"),
    path("stockpile/counts/plan/<str:key>/end/", counting.plan_end, name="count_plan_end"),
    path("stockpile/counts/plan/<str:key>/start/", counting.start, name="count_start"),
    path("stockpile/counts/open/", counting.open_count, name="count_open"),
    path("stockpile/counts/<str:code>/", counting.count, name="count"),
    path("stockpile/counts/<str:code>/decide/", counting.decide, name="count_decide"),
    path("stockpile/counts/<str:code>/close/", counting.close, name="count_close"),
    path("stockpile/counts/<str:code>/cancel/", counting.cancel, name="count_cancel"),
    path("stockpile/counts/<str:code>/certificate/<str:language>/", counting.certificate_pdf, name="count_certificate"),
    path("stockpile/counts/<str:code>/begin/", sheets.begin, name="count_begin"),
    path("stockpile/counts/<str:code>/sheet/", sheets.sheet, name="count_sheet"),
    path("stockpile/counts/<str:code>/scan/", sheets.scan, name="count_scan"),
    path("stockpile/counts/<str:code>/undo/", sheets.undo, name="count_undo"),
    path("stockpile/counts/<str:code>/end/", sheets.end, name="count_end"),
    path("stockpile/counts/<str:code>/key/", sheets.key, name="count_key"),
    path("stockpile/counts/<str:code>/paper/", sheets.paper, name="count_paper"),
    path("stockpile/labels/", labels.labels, name="labels"),
    path("stockpile/labels/test/", labels.scale_page, name="scale_page"),
    path("stockpile/tags/", tags.overview, name="tags"),
    path("stockpile/tags/alarms/<str:key>/", tags.alarm, name="alarm"),
    path("stockpile/tags/alarms/<str:key>/close/", tags.alarm_close, name="alarm_close"),
    path("stockpile/tags/<uuid:weapon_id>/bind/", tags.bind, name="tag_bind"),
    path("stockpile/tags/<uuid:weapon_id>/unbind/", tags.unbind, name="tag_unbind"),
    path("stockpile/scan/", scanning.look, name="scan"),
    path("stockpile/scan/photograph/", scanning.photograph, name="photograph"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "stockpile")))]
