"""URLs of tracing."""

from django.urls import path

from countermark.tracing import views

app_name = "tracing"
urlpatterns = [
    path("trace/", views.trace, name="trace"),
    path("trace/decide/", views.decide, name="decide"),
]
