"""URLs of tracing."""

from django.urls import path

from countermark.tracing import views, views_interpol
from countermark.tracing.blind import http as blind_http
from countermark.tracing.blind import views as blind
from countermark.tracing.cases import views as cases
from countermark.tracing.cases import views_weapons as case_weapons
from countermark.tracing.chain import views as chains
from countermark.tracing.papers import views as papers
from countermark.tracing.requests import http, views_answers, views_write
from countermark.tracing.requests import views as requests

app_name = "tracing"
urlpatterns = [
    path("trace/", views.trace, name="trace"),
    path("trace/decide/", views.decide, name="decide"),
    path("cases/", cases.cases, name="cases"),
    path("cases/new/", cases.case_new, name="case_new"),
    path("cases/<str:case_id>/", cases.case, name="case"),
    path("cases/<str:case_id>/facts/", cases.case_change, name="case_change"),
    path("cases/<str:case_id>/note/", cases.case_note, name="case_note"),
    path("cases/<str:case_id>/office/", cases.case_office, name="case_office"),
    path("cases/<str:case_id>/hits/<uuid:weapon>/", cases.case_hit, name="case_hit"),
    path("cases/<str:case_id>/weapons/new/", case_weapons.weapon_new, name="case_weapon_new"),
    path("cases/<str:case_id>/weapons/file/", case_weapons.weapons_file, name="case_weapons_file"),
    path("cases/<str:case_id>/weapons/<str:item>/", case_weapons.weapon, name="case_weapon"),
    path("cases/<str:case_id>/weapons/<str:item>/facts/", case_weapons.weapon_change, name="case_weapon_change"),
    path("cases/<str:case_id>/weapons/<str:item>/drop/", case_weapons.weapon_drop, name="case_weapon_drop"),
    path("cases/<str:case_id>/weapons/<str:item>/consider/", case_weapons.weapon_consider, name="case_consider"),
    path("cases/<str:case_id>/close/", cases.case_close, name="case_close"),
    path("cases/<str:case_id>/photographs/<str:digest>/", cases.case_photograph, name="case_photograph"),
    path("cases/<str:case_id>/interpol/", views_interpol.case_reference, name="case_interpol"),
    path("interpol/", views_interpol.interpol, name="interpol"),
    path("interpol/diverted/", views_interpol.diverted_file, name="interpol_diverted"),
    path("interpol/weapons/<uuid:weapon_id>/", views_interpol.weapon_reference, name="interpol_weapon"),
    path("exchange/messages/", http.messages, name="messages"),
    path("exchange/blind/", blind_http.blind, name="blind_exchange"),
    path("requests/", requests.requests, name="requests"),
    path("requests/blind/", blind.blind, name="blind"),
    path("requests/blind/take/", blind.blind_take, name="blind_take"),
    path("requests/blind/answer/", blind.blind_answer, name="blind_answer"),
    path("requests/blind/answering/", blind.blind_set, name="blind_set"),
    path("requests/blind/<uuid:question>/question/", blind.blind_question, name="blind_question"),
    path("requests/new/", views_write.request_new, name="request_new"),
    path("requests/take/", views_write.message_take, name="message_take"),
    path("requests/directory/", requests.directory, name="directory"),
    path("requests/directory/compared/", requests.key_compared, name="key_compared"),
    path("requests/directory/periods/", requests.periods_set, name="periods_set"),
    path("requests/due/", requests.due_list, name="due"),
    path("requests/drafts/<uuid:draft_id>/<slug:language>.pdf", papers.draft_pdf, name="draft_pdf"),
    path("requests/drafts/<uuid:draft_id>/release/", requests.draft_release, name="draft_release"),
    path("requests/drafts/<uuid:draft_id>/drop/", requests.draft_drop, name="draft_drop"),
    path("requests/<str:conversation>/", requests.request_page, name="request"),
    path("requests/<str:conversation>/interpol/", views_interpol.request_file, name="request_interpol_file"),
    path("requests/<str:conversation>/interpol/reference/", views_interpol.request_reference, name="request_interpol"),
    path("requests/<str:conversation>/chain/", chains.chain, name="chain"),
    path("requests/<str:conversation>/chain/map.svg", chains.chain_map, name="chain_map"),
    path("requests/<str:conversation>/message/<int:number>/", views_write.message_file, name="message_file"),
    path(
        "requests/<str:conversation>/message/<slug:side>/<int:number>/<slug:language>.pdf",
        papers.message_pdf,
        name="message_pdf",
    ),
    path("requests/<str:conversation>/say/<slug:kind>/", views_write.request_say, name="request_say"),
    path("requests/<str:conversation>/paper/<slug:kind>/", views_write.request_paper, name="request_paper"),
    path(
        "requests/<str:conversation>/say/<slug:kind>/<uuid:weapon>/",
        views_answers.request_answer,
        name="request_answer",
    ),
    path("requests/<str:conversation>/told/<slug:side>/<int:number>/", views_answers.request_told, name="request_told"),
    path(
        "requests/<str:conversation>/told/<slug:side>/<int:number>/answer.json",
        views_answers.request_told_file,
        name="request_told_file",
    ),
]
