"""A region of six States over eight years: needs, offers, projects in every stage, a fund with its books, courses, what came of it all."""

from countermark.demo.region.build import furnish

__all__ = ["furnish"]
