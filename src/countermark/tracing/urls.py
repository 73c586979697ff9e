"""URLs of tracing."""

from django.urls import path

from countermark.tracing import views
from countermark.tracing.requests import http

app_name = "tracing"
urlpatterns = [
    path("trace/", views.trace, name="trace"),
    path("trace/decide/", views.decide, name="decide"),
    path("exchange/messages/", http.messages, name="messages"),
]
