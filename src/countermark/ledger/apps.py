from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "countermark.ledger"
    label = "ledger"
