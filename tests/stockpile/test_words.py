from django.utils import translation

from countermark.stockpile.templatetags.stockpile_words import when


def test_a_day_cannot_be_taken_for_another_where_month_and_day_are_written_the_other_way_round() -> None:
    with translation.override("en"):
        assert when("2026-12-01") == "2026-12-01"
        assert when("2026-12-01T03:44:00Z") == "2026-12-01 03:44"


def test_a_day_in_a_sentence_from_right_to_left_keeps_its_order() -> None:
    with translation.override("ar"):
        assert when("2026-05-04") == "\N{LEFT-TO-RIGHT ISOLATE}2026-05-04\N{POP DIRECTIONAL ISOLATE}"
        assert when("no day") == "no day"
