"""What may be done with a filtered list of weapons: print their labels."""

from django.utils.translation import gettext_lazy

from countermark.register.panels import ListAction, list_action

list_action("weapon.view", ListAction(gettext_lazy("Labels"), "stockpile:labels"))
