"""URLs of the trust fund."""

from django.urls import URLPattern, path

from countermark.cooperation.fund.views import scenarios, statements
from countermark.cooperation.fund.views.grants import applications, awards, calls, reports
from countermark.cooperation.fund.views.windows import closings, home, pledges, posting, window

PATTERNS: list[URLPattern] = [
    path("cooperation/fund/", home.fund, name="fund"),
    path("cooperation/fund/windows/add/", window.window_add, name="fund_window_add"),
    path("cooperation/fund/windows/<str:key>/", window.window, name="fund_window"),
    path("cooperation/fund/windows/<str:key>/end/", window.window_end, name="fund_window_end"),
    path("cooperation/fund/windows/<str:key>/journal/", posting.journal, name="fund_journal"),
    path("cooperation/fund/windows/<str:key>/pledge/", pledges.pledge_add, name="fund_pledge_add"),
    path("cooperation/fund/windows/<str:key>/close/", closings.closing_add, name="fund_closing_add"),
    path("cooperation/fund/windows/<str:key>/post/<str:kind>/", posting.post, name="fund_post"),
    path("cooperation/fund/entries/<str:key>/", posting.entry, name="fund_entry"),
    path("cooperation/fund/entries/<str:key>/reverse/", posting.entry_reverse, name="fund_entry_reverse"),
    path("cooperation/fund/pledges/<str:key>/", pledges.pledge, name="fund_pledge"),
    path("cooperation/fund/pledges/<str:key>/withdraw/", pledges.pledge_withdraw, name="fund_pledge_withdraw"),
    path("cooperation/fund/rates/", pledges.rates, name="fund_rates"),
    path("cooperation/fund/rates/add/", pledges.rate_add, name="fund_rate_add"),
    path("cooperation/fund/closings/<str:key>/", closings.closing_page, name="fund_closing"),
    path("cooperation/fund/closings/<str:key>/approve/", closings.closing_approve, name="fund_closing_approve"),
    path("cooperation/fund/closings/<str:key>/decline/", closings.closing_decline, name="fund_closing_decline"),
    path("cooperation/fund/calls/add/", calls.call_add, name="fund_call_add"),
    path("cooperation/fund/calls/<str:key>/", calls.call, name="fund_call"),
    path("cooperation/fund/calls/<str:key>/close/", calls.call_close, name="fund_call_close"),
    path("cooperation/fund/calls/<str:key>/apply/", calls.apply, name="fund_apply"),
    path("cooperation/fund/applications/<str:key>/", applications.application, name="fund_application"),
    path(
        "cooperation/fund/applications/<str:key>/agree/", applications.application_agree, name="fund_application_agree"
    ),
    path(
        "cooperation/fund/applications/<str:key>/withdraw/",
        applications.application_withdraw,
        name="fund_application_withdraw",
    ),
    path(
        "cooperation/fund/applications/<str:key>/reject/",
        applications.application_reject,
        name="fund_application_reject",
    ),
    path("cooperation/fund/applications/<str:key>/score/", applications.score, name="fund_score"),
    path("cooperation/fund/applications/<str:key>/grant/", applications.award_add, name="fund_award_add"),
    path("cooperation/fund/awards/<str:key>/", awards.award, name="fund_award"),
    path("cooperation/fund/awards/<str:key>/accept/", awards.award_accept, name="fund_award_accept"),
    path("cooperation/fund/awards/<str:key>/disburse/", awards.disburse, name="fund_disburse"),
    path("cooperation/fund/awards/<str:key>/refund/", awards.refund, name="fund_refund"),
    path("cooperation/fund/awards/<str:key>/end/", awards.award_end, name="fund_award_end"),
    path("cooperation/fund/awards/<str:key>/report/", reports.report_add, name="fund_report_add"),
    path("cooperation/fund/reports/<str:key>/", reports.report, name="fund_report"),
    path("cooperation/fund/reports/<str:key>/accept/", reports.report_accept, name="fund_report_accept"),
    path("cooperation/fund/reports/<str:key>/return/", reports.report_return, name="fund_report_return"),
    path("cooperation/fund/statements/", statements.statements, name="fund_statements"),
    path("cooperation/fund/facilities/", statements.facility_list, name="fund_facilities"),
    path("cooperation/fund/facilities/add/", statements.facility_add, name="fund_facility_add"),
    path("cooperation/fund/facilities/<str:key>/", statements.facility, name="fund_facility"),
    path("cooperation/fund/models/", scenarios.models, name="fund_models"),
    path("cooperation/fund/models/chart.svg", scenarios.chart, name="fund_models_chart"),
]
