"""What the sides of a project agree on: its terms, and what others plan or do beside it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from countermark.cooperation.forms import SureForm
from countermark.cooperation.projects import agreeing, forms
from countermark.cooperation.projects.views.steps.asking import Asking, Said, Step, item_says, says
from countermark.cooperation.views.pages import Cell


def _terms(asking: Asking, said: Said) -> None:
    document = said["document"].read()
    agreeing.offer_terms(asking.one.key, said["title"], document, **asking.says)


def _sign(asking: Asking, said: Said) -> None:
    agreeing.sign_terms(asking.one.key, said["digest"], **asking.says)


def _under(asking: Asking) -> list[tuple[str, Cell]]:
    """The document that is signed, to be read first."""
    terms = asking.one.project.terms
    if terms is None:
        return []
    there = agreeing.terms_document(asking.one.project) is not None
    url = reverse("cooperation:project_terms", args=[asking.one.key]) if there else ""
    return [
        (_("Terms"), Cell(asking.one.said(terms.title), url)),
        (_("SHA-256 of the document"), Cell(terms.digest, exact=True)),
    ]


def _signed(asking: Asking) -> dict[str, Any]:
    terms = asking.one.project.terms
    return {"digest": terms.digest if terms else ""}


STEPS: dict[str, Step] = {
    "look": Step(
        lazy("Look for overlaps"), lazy("Look"), SureForm, says(agreeing.look_for_overlaps), to="agreement",
        note=lazy("Looks for what others plan or do on the same theme, in the same place and time, and records that it was looked for."),
    ),
    "terms": Step(lazy("Offer terms"), lazy("Offer"), forms.TermsForm, _terms, to="agreement"),
    "sign": Step(
        lazy("Sign the terms"), lazy("Sign"), forms.SignForm, _sign, _signed, to="agreement", facts=_under,
        note=lazy("Your name, whom you speak for, the time and the digest of the document stand in the ledger."),
    ),
}  # fmt: skip

ITEM_STEPS: dict[str, Step] = {
    "answer": Step(
        lazy("Answer the overlap"),
        lazy("Answer"),
        forms.AnswerForm,
        item_says(agreeing.answer_overlap),
        to="agreement",
    ),
}
