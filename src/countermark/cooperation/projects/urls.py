"""URLs of projects, meetings and the calendar."""

from django.urls import URLPattern, path

from countermark.cooperation.projects.views import dates, meeting, others, parts, proposing, records
from countermark.cooperation.projects.views.steps import addresses

PATTERNS: list[URLPattern] = [
    path("cooperation/projects/", records.project_list, name="projects"),
    path("cooperation/projects/new/", proposing.project_add, name="project_add"),
    path("cooperation/projects/<str:key>/", records.project_page, name="project"),
    path("cooperation/projects/<str:key>/agreement/", parts.agreement, name="project_agreement"),
    path("cooperation/projects/<str:key>/terms/", parts.terms_file, name="project_terms"),
    path("cooperation/projects/<str:key>/costs/", parts.costs_page, name="project_costs"),
    path("cooperation/projects/<str:key>/costs.svg", parts.costs_svg, name="project_costs_svg"),
    path("cooperation/projects/<str:key>/work/", parts.work, name="project_work"),
    path("cooperation/projects/<str:key>/do/<str:step>/", addresses.do, name="project_do"),
    path("cooperation/projects/<str:key>/gate/<str:step>/", addresses.gate, name="project_gate"),
    path("cooperation/projects/<str:key>/proofs/<str:gate>/", records.gate_proof, name="project_proof"),
    path("cooperation/projects/<str:key>/part/<str:item>/", parts.item, name="project_item"),
    path("cooperation/projects/<str:key>/part/<str:item>/<str:step>/", addresses.item_do, name="project_item_do"),
    path("cooperation/overlaps/", others.overlap_list, name="overlaps"),
    path("cooperation/overlaps/new/", others.elsewhere_add, name="elsewhere_add"),
    path("cooperation/overlaps/<str:key>/", others.elsewhere_page, name="elsewhere"),
    path("cooperation/overlaps/<str:key>/change/", others.elsewhere_change, name="elsewhere_change"),
    path("cooperation/meetings/", meeting.meeting_list, name="meetings"),
    path("cooperation/meetings/new/", meeting.meeting_add, name="meeting_add"),
    path("cooperation/meetings/<str:key>/", meeting.meeting_page, name="meeting"),
    path("cooperation/meetings/<str:key>/<str:step>/", meeting.meeting_do, name="meeting_do"),
    path("cooperation/calendar/", dates.month_page, name="calendar"),
    path("cooperation/calendar/address/", dates.feed_make, name="feed_make"),
    path("cooperation/calendar/address/revoke/", dates.feed_revoke, name="feed_revoke"),
    path("cooperation/calendar/<str:secret>.ics", dates.feed, name="feed"),
]
