from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "countermark.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Lets `verify` cover this room's kept tables, and starts the security log."""
        from countermark.accounts import queries, security_log, travel
        from countermark.ledger import kept

        for name, rows in queries.KEPT_TABLES.items():
            kept.register(name, rows, travel.TRAVELS.get(name))
        security_log.connect()
