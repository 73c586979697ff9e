"""The addresses of the pages of training."""

from django.urls import URLPattern, path

from countermark.cooperation.views.training.calls import attendance, call, call_cancel, choose, nominate
from countermark.cooperation.views.training.catalogue import call_add, course, course_add, course_change, overview
from countermark.cooperation.views.training.people import (
    certificate_check,
    certificate_pdf,
    nomination,
    nomination_withdraw,
    post_check,
    results,
    trained,
)

PATTERNS: list[URLPattern] = [
    path("cooperation/training/", overview, name="training"),
    path("cooperation/training/people/", trained, name="trained"),
    path("cooperation/training/check/", certificate_check, name="certificate_check"),
    path("cooperation/training/courses/add/", course_add, name="course_add"),
    path("cooperation/training/courses/<str:key>/", course, name="course"),
    path("cooperation/training/courses/<str:key>/change/", course_change, name="course_change"),
    path("cooperation/training/courses/<str:key>/call/", call_add, name="call_add"),
    path("cooperation/training/calls/<str:key>/", call, name="call"),
    path("cooperation/training/calls/<str:key>/nominate/", nominate, name="nominate"),
    path("cooperation/training/calls/<str:key>/choose/", choose, name="choose"),
    path("cooperation/training/calls/<str:key>/attendance/", attendance, name="attendance"),
    path("cooperation/training/calls/<str:key>/cancel/", call_cancel, name="call_cancel"),
    path("cooperation/training/nominations/<str:key>/", nomination, name="nomination"),
    path("cooperation/training/nominations/<str:key>/withdraw/", nomination_withdraw, name="nomination_withdraw"),
    path("cooperation/training/nominations/<str:key>/results/", results, name="results"),
    path("cooperation/training/nominations/<str:key>/post/", post_check, name="post_check"),
    path("cooperation/training/nominations/<str:key>/certificate.pdf", certificate_pdf, name="certificate"),
]
