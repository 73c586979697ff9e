from django.apps import AppConfig


class TracingConfig(AppConfig):
    name = "countermark.tracing"
    label = "tracing"

    def ready(self) -> None:
        """The search table is a view of weapons like any other; acts about messages are linked to their request."""
        from countermark.ledger import projections
        from countermark.register import weaponviews
        from countermark.tracing import index
        from countermark.tracing.cases import hits
        from countermark.tracing.cases import projection as cases
        from countermark.tracing.requests import projection as requests

        weaponviews.register(
            weaponviews.WeaponView("tracing_mark", index.COLUMNS, index.rows, key_width=3, lookup_kind="int")
        )
        weaponviews.register(weaponviews.CounterView("tracing_pattern", ("pattern",), index.patterns))
        projections.register(requests.PROJECTION)
        projections.register(requests.TIED)
        projections.register(cases.PROJECTION)
        hits.register()
