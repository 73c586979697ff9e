"""URLs of consultation rounds."""

from django.urls import path

from countermark.cooperation.views import consultations as views

PATTERNS = [
    path("cooperation/consultations/", views.round_list, name="rounds"),
    path("cooperation/consultations/add/", views.round_add, name="round_add"),
    path("cooperation/consultations/<str:key>/", views.round_page, name="round"),
    path("cooperation/consultations/<str:key>/change/", views.round_change, name="round_change"),
    path("cooperation/consultations/<str:key>/send/", views.round_send, name="round_send"),
    path("cooperation/consultations/<str:key>/extend/", views.round_extend, name="round_extend"),
    path("cooperation/consultations/<str:key>/remind/", views.round_remind, name="round_remind"),
    path("cooperation/consultations/<str:key>/close/", views.round_close, name="round_close"),
    path("cooperation/consultations/<str:key>/analysis/", views.round_analysis, name="round_analysis"),
    path("cooperation/consultations/<str:key>/analysis/<str:question>.svg", views.round_chart, name="round_chart"),
    path("cooperation/consultations/<str:key>/note.pdf", views.round_note, name="round_note"),
    path("cooperation/consultations/<str:key>/replies/<str:addressee>/", views.reply_page, name="round_reply"),
    path(
        "cooperation/consultations/<str:key>/replies/<str:addressee>/change/", views.reply_change, name="round_answer"
    ),
]
