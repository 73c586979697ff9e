from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "countermark.accounts"
    label = "accounts"
