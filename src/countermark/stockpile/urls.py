"""URLs of the stockpile."""

from django.urls import URLPattern, URLResolver, include, path

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
