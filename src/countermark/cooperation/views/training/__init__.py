"""Training on pages: the catalogue, calls, nominations, who is chosen, who was there, certificates, who is still in post."""

from countermark.cooperation.views.training.urls import PATTERNS

__all__ = ["PATTERNS"]
