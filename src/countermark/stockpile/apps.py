from django.apps import AppConfig


class StockpileConfig(AppConfig):
    name = "countermark.stockpile"
    label = "stockpile"

    def ready(self) -> None:
        """The projection that folds the acts of this room, and its view of weapons."""
        from countermark.stockpile import (  # noqa: F401
            asked,
            documents,
            handing,
            held,
            holdings,
            kits,
            projection,
            proposals,
            receipts,
            roster,
            units,
        )
        from countermark.stockpile.alone import queue as alone
        from countermark.stockpile.alone import view as changed_alone  # noqa: F401
        from countermark.stockpile.ammunition import services as ammunition  # noqa: F401
        from countermark.stockpile.assessment import services as assessment  # noqa: F401
        from countermark.stockpile.assessment import words as assessment_words  # noqa: F401
        from countermark.stockpile.civilian import services as civilian  # noqa: F401
        from countermark.stockpile.civilian import words as civilian_words  # noqa: F401
        from countermark.stockpile.counterauth import features, travel  # noqa: F401
        from countermark.stockpile.counting import states as counting  # noqa: F401
        from countermark.stockpile.counting import words as counting_words  # noqa: F401
        from countermark.stockpile.disposal import services as disposal  # noqa: F401
        from countermark.stockpile.incidents import services as incidents  # noqa: F401
        from countermark.stockpile.labels import panels as label_panels  # noqa: F401
        from countermark.stockpile.papers import keyed  # noqa: F401
        from countermark.stockpile.readers import alarms, devices, queue  # noqa: F401
        from countermark.stockpile.shipments import services as shipments  # noqa: F401
        from countermark.stockpile.tags import panels, view, words  # noqa: F401

        alone.register()
        asked.register()
        queue.register()
