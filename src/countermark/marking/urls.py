"""URLs of the marking room."""

from django.urls import URLPattern, URLResolver, include, path

from countermark.marking.views import batches, bench, home, plan, profiles

patterns: list[URLPattern | URLResolver] = [
    path("marking/", home.home, name="home"),
    path("marking/plan/", plan.plan, name="plan"),
    path("marking/orders/", batches.orders, name="orders"),
    path("marking/orders/new/", batches.order_add, name="order_add"),
    path("marking/orders/<uuid:batch_id>/", batches.order, name="order"),
    path("marking/orders/<uuid:batch_id>/move/", batches.order_move, name="order_move"),
    path("marking/orders/<uuid:batch_id>/numbers/", batches.order_numbers, name="order_numbers"),
    path("marking/orders/<uuid:batch_id>/files/<str:kind>/", batches.order_file, name="order_file"),
    path("marking/orders/<uuid:batch_id>/sheet/", batches.order_sheet, name="order_sheet"),
    path("marking/orders/<uuid:batch_id>/key/", batches.order_key, name="order_key"),
    path("marking/orders/<uuid:batch_id>/bench/", bench.screen, name="bench"),
    path("marking/orders/<uuid:batch_id>/down/", bench.machine_down, name="machine_down"),
    path("marking/weapons/<uuid:item_id>/", batches.item, name="item"),
    path("marking/weapons/<uuid:item_id>/plan/", batches.item_plan, name="item_plan"),
    path("marking/weapons/<uuid:item_id>/photographs/<str:digest>/", batches.photograph, name="photograph"),
    path("marking/weapons/<uuid:item_id>/serial/", bench.serial, name="bench_serial"),
    path("marking/weapons/<uuid:item_id>/apply/", bench.apply, name="bench_apply"),
    path("marking/weapons/<uuid:item_id>/inspect/", bench.inspect, name="bench_inspect"),
    path("marking/weapons/<uuid:item_id>/change/", bench.change, name="bench_change"),
    path("marking/weapons/<uuid:item_id>/next/", bench.next_weapon, name="next_weapon"),
    path("marking/rules/", profiles.list_page, name="profiles"),
    path("marking/rules/new/", profiles.add, name="profile_add"),
    path("marking/rules/then/<str:digest>/", profiles.then, name="rules_then"),
    path("marking/rules/<str:profile_id>/", profiles.profile, name="profile"),
    path("marking/rules/<str:profile_id>/end/", profiles.end, name="profile_end"),
]

urlpatterns: list[URLPattern | URLResolver] = [path("", include((patterns, "marking")))]
