"""The code lists of IATI that matter here: closed ones whole, and what assistance against the illicit trade is filed under.

Only codes and our own words for them. Lists that are long and change often (all DAC purposes, registration agencies, channels) are not
here: whoever has the official lists names their folder (`official`), and every code is held against them. Countries, currencies and
languages are ISO's, from the library that keeps them.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pycountry


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


Codes = dict[str, str]

STATUS: Codes = {
    "1": _("Pipeline"), "2": _("Implementation"), "3": _("Finalisation"), "4": _("Closed"), "5": _("Cancelled"),
    "6": _("Suspended"),
}  # fmt: skip
ROLE: Codes = {"1": _("Funding"), "2": _("Accountable"), "3": _("Extending"), "4": _("Implementing")}
DATE: Codes = {"1": _("Planned start"), "2": _("Actual start"), "3": _("Planned end"), "4": _("Actual end")}
TRANSACTION: Codes = {
    "1": _("Incoming funds"), "2": _("Outgoing commitment"), "3": _("Disbursement"), "4": _("Expenditure"),
    "5": _("Interest payment"), "6": _("Loan repayment"), "7": _("Reimbursement"), "8": _("Purchase of equity"),
    "9": _("Sale of equity"), "10": _("Credit guarantee"), "11": _("Incoming commitment"), "12": _("Outgoing pledge"),
    "13": _("Incoming pledge"),
}  # fmt: skip
BUDGET_TYPE: Codes = {"1": _("Original"), "2": _("Revised")}
BUDGET_STATUS: Codes = {"1": _("Indicative"), "2": _("Committed")}
ORGANISATION: Codes = {
    "10": _("Government"), "11": _("Local government"), "15": _("Other public body"),
    "21": _("International non-governmental organisation"), "22": _("National non-governmental organisation"),
    "23": _("Regional non-governmental organisation"), "24": _("Non-governmental organisation of a partner country"),
    "30": _("Public-private partnership"), "40": _("Multilateral"), "60": _("Foundation"), "70": _("Private sector"),
    "71": _("Private sector in the provider country"), "72": _("Private sector in the recipient country"),
    "73": _("Private sector elsewhere"), "80": _("Academic, training and research"), "90": _("Other"),
}  # fmt: skip
COLLABORATION: Codes = {
    "1": _("Bilateral"), "2": _("Multilateral, inflows"), "3": _("Bilateral, core support to civil society"),
    "4": _("Multilateral, outflows"), "6": _("Private sector outflows"), "7": _("Bilateral, ex-post of a civil society"),
    "8": _("Triangular"),
}  # fmt: skip
FLOW: Codes = {
    "10": _("Official development assistance"), "20": _("Other official flows"),
    "21": _("Other official flows, not export credits"), "22": _("Officially supported export credits"),
    "30": _("Private flows"), "35": _("Private market"), "36": _("Private foreign direct investment"),
    "37": _("Other private flows"), "40": _("Flows that are none of these"), "50": _("Other flows"),
}  # fmt: skip
TIED: Codes = {"3": _("Partly tied"), "4": _("Tied"), "5": _("Untied")}
RELATED: Codes = {"1": _("Parent"), "2": _("Child"), "3": _("Sibling"), "4": _("Co-funded"), "5": _("Third party")}
RESULT: Codes = {"1": _("Output"), "2": _("Outcome"), "3": _("Impact"), "9": _("Other")}
MEASURE: Codes = {"1": _("Unit"), "2": _("Percentage"), "3": _("Nominal"), "4": _("Ordinal"), "5": _("Qualitative")}
CONDITION: Codes = {"1": _("Policy"), "2": _("Performance"), "3": _("Fiduciary")}
DESCRIPTION: Codes = {"1": _("General"), "2": _("Objectives"), "3": _("Target groups"), "4": _("Other")}
SCOPE: Codes = {
    "1": _("Global"), "2": _("Regional"), "3": _("Several countries"), "4": _("National"),
    "5": _("Several first-level areas"), "6": _("One first-level area"), "7": _("One second-level area"),
    "8": _("One place"),
}  # fmt: skip
SIGNIFICANCE: Codes = {
    "0": _("Not targeted"), "1": _("Significant objective"), "2": _("Principal objective"),
    "3": _("Principal objective and in support of an action programme"), "4": _("Explicit primary objective"),
}  # fmt: skip
CHANNEL: Codes = {
    "1": _("Through the treasury of the recipient government"), "2": _("To a non-government account"),
    "3": _("In kind, by third parties"), "4": _("In kind, by the donor"),
}  # fmt: skip

PURPOSES: Codes = {
    "15113": _("Anti-corruption organisations and institutions"),
    "15130": _("Legal and judicial development"),
    "15131": _("Justice, law and order policy"),
    "15132": _("Police"),
    "15180": _("Ending violence against women and girls"),
    "15210": _("Security system management and reform"),
    "15220": _("Civilian peace-building, conflict prevention and resolution"),
    "15230": _("Participation in international peacekeeping"),
    "15240": _("Reintegration and control of small arms and light weapons"),
    "15250": _("Removal of land mines and explosive remnants of war"),
    "15261": _("Child soldiers: prevention and demobilisation"),
    "16062": _("Statistical capacity building"),
    "22040": _("Information and communication technology"),
    "33120": _("Trade facilitation"),
    "43010": _("Multisector aid"),
}
"""DAC purposes that help against the illicit trade in small arms is filed under (norms 8.3); not the whole list."""
SALW = "15240"


def _iso(kind: str) -> frozenset[str]:
    match kind:
        case "Country":
            return frozenset(one.alpha_2 for one in pycountry.countries)
        case "Currency":
            return frozenset(one.alpha_3 for one in pycountry.currencies)
        case _:
            return frozenset(one.alpha_2 for one in pycountry.languages if hasattr(one, "alpha_2"))


USER_ASSIGNED = frozenset(
    {"AA", "ZZ"} | {f"X{chr(at)}" for at in range(65, 91)} | {f"Q{chr(at)}" for at in range(77, 91)}
)
"""Codes ISO 3166-1 leaves to its users; XK (Kosovo) is one that IATI uses."""

CLOSED: dict[str, Codes] = {
    "ActivityStatus": STATUS,
    "ActivityScope": SCOPE,
    "ActivityDateType": DATE,
    "OrganisationRole": ROLE,
    "OrganisationType": ORGANISATION,
    "TransactionType": TRANSACTION,
    "BudgetType": BUDGET_TYPE,
    "BudgetStatus": BUDGET_STATUS,
    "CollaborationType": COLLABORATION,
    "FlowType": FLOW,
    "TiedStatus": TIED,
    "RelatedActivityType": RELATED,
    "ResultType": RESULT,
    "IndicatorMeasure": MEASURE,
    "ConditionType": CONDITION,
    "DescriptionType": DESCRIPTION,
    "PolicySignificance": SIGNIFICANCE,
    "DisbursementChannel": CHANNEL,
    "SectorVocabulary": dict.fromkeys(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "98", "99"], ""),
    "RegionVocabulary": dict.fromkeys(["1", "2", "99"], ""),
    "TagVocabulary": dict.fromkeys(["1", "2", "3", "4", "5", "99"], ""),
    "PolicyMarkerVocabulary": dict.fromkeys(["1", "99"], ""),
    "PolicyMarker": dict.fromkeys([str(at) for at in range(1, 13)], ""),
    "AidTypeVocabulary": dict.fromkeys(["1", "2", "3", "4"], ""),
    "UNSDG-Goals": dict.fromkeys([str(at) for at in range(1, 18)], ""),
    "AidType": dict.fromkeys(
        [
            "A01", "A02", "B01", "B02", "B021", "B022", "B03", "B031", "B032", "B033", "B04", "C01", "D01", "D02", "E01",
            "E02", "F01", "G01", "H01", "H02", "H03", "H04", "H05", "H06",
        ],
        "",
    ),
    "OtherIdentifierType": dict.fromkeys(["A1", "A2", "A3", "A9", "B1", "B9"], ""),
    "ContactType": dict.fromkeys(["1", "2", "3", "4"], ""),
}  # fmt: skip


_CLOSED = {name: frozenset(codes) for name, codes in CLOSED.items()}


@dataclass(frozen=True)
class Where:
    """Which code list an attribute of an element is from, in which vocabulary of the element (None: any)."""

    element: str
    attribute: str
    codelist: str
    vocabulary: str | None = None


PLACES: tuple[Where, ...] = (
    Where("iati-activity", "default-currency", "Currency"),
    Where("iati-organisation", "default-currency", "Currency"),
    Where("value", "currency", "Currency"),
    Where("forecast", "currency", "Currency"),
    Where("loan-status", "currency", "Currency"),
    Where("activity-status", "code", "ActivityStatus"),
    Where("activity-scope", "code", "ActivityScope"),
    Where("activity-date", "type", "ActivityDateType"),
    Where("participating-org", "role", "OrganisationRole"),
    Where("participating-org", "type", "OrganisationType"),
    Where("participating-org", "crs-channel-code", "CRSChannelCode"),
    Where("reporting-org", "type", "OrganisationType"),
    Where("provider-org", "type", "OrganisationType"),
    Where("receiver-org", "type", "OrganisationType"),
    Where("other-identifier", "type", "OtherIdentifierType"),
    Where("contact-info", "type", "ContactType"),
    Where("description", "type", "DescriptionType"),
    Where("transaction-type", "code", "TransactionType"),
    Where("budget", "type", "BudgetType"),
    Where("budget", "status", "BudgetStatus"),
    Where("planned-disbursement", "type", "BudgetType"),
    Where("total-budget", "status", "BudgetStatus"),
    Where("recipient-org-budget", "status", "BudgetStatus"),
    Where("recipient-region-budget", "status", "BudgetStatus"),
    Where("recipient-country-budget", "status", "BudgetStatus"),
    Where("collaboration-type", "code", "CollaborationType"),
    Where("default-flow-type", "code", "FlowType"),
    Where("flow-type", "code", "FlowType"),
    Where("default-finance-type", "code", "FinanceType"),
    Where("finance-type", "code", "FinanceType"),
    Where("default-aid-type", "code", "AidType", "1"),
    Where("aid-type", "code", "AidType", "1"),
    Where("default-aid-type", "vocabulary", "AidTypeVocabulary"),
    Where("aid-type", "vocabulary", "AidTypeVocabulary"),
    Where("default-tied-status", "code", "TiedStatus"),
    Where("tied-status", "code", "TiedStatus"),
    Where("disbursement-channel", "code", "DisbursementChannel"),
    Where("recipient-country", "code", "Country"),
    Where("recipient-region", "code", "Region", "1"),
    Where("recipient-region", "vocabulary", "RegionVocabulary"),
    Where("sector", "code", "Sector", "1"),
    Where("sector", "code", "SectorCategory", "2"),
    Where("sector", "code", "UNSDG-Goals", "7"),
    Where("sector", "code", "UNSDG-Targets", "8"),
    Where("sector", "vocabulary", "SectorVocabulary"),
    Where("tag", "code", "UNSDG-Goals", "2"),
    Where("tag", "code", "UNSDG-Targets", "3"),
    Where("tag", "vocabulary", "TagVocabulary"),
    Where("policy-marker", "code", "PolicyMarker", "1"),
    Where("policy-marker", "vocabulary", "PolicyMarkerVocabulary"),
    Where("policy-marker", "significance", "PolicySignificance"),
    Where("related-activity", "type", "RelatedActivityType"),
    Where("result", "type", "ResultType"),
    Where("indicator", "measure", "IndicatorMeasure"),
    Where("condition", "type", "ConditionType"),
)


@dataclass(frozen=True)
class Lists:
    """The code lists that are known: ours, and the official ones where somebody has them."""

    by_name: dict[str, frozenset[str]] = field(default_factory=dict)

    def known(self, codelist: str) -> frozenset[str] | None:
        """The codes of a list; None where nobody here knows it whole."""
        if codelist in self.by_name:
            return self.by_name[codelist] | (USER_ASSIGNED if codelist == "Country" else frozenset())
        if codelist in {"Country", "Currency", "Language"}:
            return _iso_codes(codelist)
        return _CLOSED.get(codelist)


@cache
def _iso_codes(codelist: str) -> frozenset[str]:
    return _iso(codelist) | (USER_ASSIGNED if codelist == "Country" else frozenset())


def known_country(code: str) -> bool:
    """Whether a code is a country's of ISO 3166-1."""
    return code in _iso_codes("Country") - USER_ASSIGNED


OURS = Lists()


def official(folder: Path) -> Lists:
    """The official lists found as XML files (`<codelist name="...">`) in a folder and those below it; withdrawn codes count.

    Raises OSError for a folder that cannot be read; a file that is no code list is passed over.
    """
    from countermark.cooperation.iati.reading import Unreadable, parse

    found: dict[str, frozenset[str]] = {}
    for path in sorted(folder.rglob("*.xml")):
        try:
            root = parse(path.read_bytes())
        except Unreadable:
            continue
        if root.tag == "codelist":
            codes = (one.findtext("code") or "" for one in root.iter("codelist-item"))
            found[root.get("name", path.stem)] = frozenset(code.strip() for code in codes)
    return Lists(found)
