"""URLs of cooperation. Each capability has its own list, so that one does not stand in the way of another."""

from django.urls import URLPattern, URLResolver, include, path

from countermark.cooperation.views import actors, home, needs, offers, training

patterns: list[URLPattern | URLResolver] = [
    path("cooperation/", home.home, name="home"),
    path("cooperation/actors/", actors.actor_list, name="actors"),
    path("cooperation/actors/add/", actors.actor_add, name="actor_add"),
    path("cooperation/actors/<str:key>/", actors.actor_page, name="actor"),
    path("cooperation/actors/<str:key>/change/", actors.actor_change, name="actor_change"),
    path("cooperation/actors/<str:key>/seats/", actors.seats, name="seats"),
    path("cooperation/actors/<str:key>/contact/", actors.contact, name="contact"),
    path("cooperation/needs/", needs.need_list, name="needs"),
    path("cooperation/needs/<str:key>/", needs.need_page, name="need"),
    path("cooperation/offers/", offers.offer_list, name="offers"),
    path("cooperation/offers/<str:key>/", offers.offer_page, name="offer"),
    *training.PATTERNS,
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "cooperation")))]
