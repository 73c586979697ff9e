"""URLs of cooperation. Each capability has its own list, so that one does not stand in the way of another."""

from django.urls import URLPattern, URLResolver, include, path

from countermark.cooperation.consultation import urls as consultation
from countermark.cooperation.fund import urls as fund
from countermark.cooperation.projects import urls as projects
from countermark.cooperation.views import actors, evaluation, home, iati, matching, needs, offers, sheets, training

patterns: list[URLPattern | URLResolver] = [
    path("cooperation/", home.home, name="home"),
    path("cooperation/actors/", actors.actor_list, name="actors"),
    path("cooperation/actors/add/", actors.actor_add, name="actor_add"),
    path("cooperation/actors/<str:key>/", actors.actor_page, name="actor"),
    path("cooperation/actors/<str:key>/change/", actors.actor_change, name="actor_change"),
    path("cooperation/actors/<str:key>/seats/", actors.seats, name="seats"),
    path("cooperation/actors/<str:key>/contact/", actors.contact, name="contact"),
    path("cooperation/needs/", needs.need_list, name="needs"),
    path("cooperation/needs/add/", needs.need_add, name="need_add"),
    path("cooperation/needs/<str:key>/", needs.need_page, name="need"),
    path("cooperation/needs/<str:key>/change/", needs.need_change, name="need_change"),
    path("cooperation/needs/<str:key>/state/", needs.need_state, name="need_state"),
    path("cooperation/offers/", offers.offer_list, name="offers"),
    path("cooperation/offers/add/", offers.offer_add, name="offer_add"),
    path("cooperation/offers/<str:key>/", offers.offer_page, name="offer"),
    path("cooperation/offers/<str:key>/change/", offers.offer_change, name="offer_change"),
    path("cooperation/offers/<str:key>/state/", offers.offer_state, name="offer_state"),
    path("cooperation/sheets/<str:kind>/", sheets.sheet, name="sheet"),
    path("cooperation/sheets/<str:kind>/own/", sheets.sheet_own, name="sheet_own"),
    path("cooperation/sheets/<str:kind>/blank.<str:suffix>", sheets.sheet_blank, name="sheet_blank"),
    *consultation.PATTERNS,
    *matching.PATTERNS,
    *training.PATTERNS,
    *iati.PATTERNS,
    *evaluation.PATTERNS,
    *fund.PATTERNS,
    *projects.PATTERNS,
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "cooperation")))]
