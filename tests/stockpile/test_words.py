from django.utils import translation

from countermark.stockpile.templatetags.stockpile_words import when


def test_a_day_cannot_be_taken_for_another_where_month_and_day_are_written_the_other_way_round() -> None:
    with translation.override("en"):
        assert when("2026-12-01") == "2026-12-01"
        assert when("2026-12-01T03:44:00Z") == "2026-12-01 03:44"
