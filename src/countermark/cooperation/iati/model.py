"""The parts of IATI 2.03 that the program makes and reads into types (iatistandard.org, activity and organisation standards).

A field that the standard requires is marked so, and may all the same be absent in what was read: that is a finding, not a loss.
Amounts are decimal numbers in the currency of the value or, without one, of the activity. Elements that have no type here
(location, humanitarian scope, country budget items, CRS, FSS, legacy data ...) are kept as they are.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from countermark.cooperation.iati.shape import LANG, Attr, Element, Node, Text, Via

VERSION = "2.03"


@dataclass(frozen=True, kw_only=True)
class Narrative(Node):
    """A text in one language; without one, in the language of the activity."""

    lang: Annotated[str, Attr(LANG)] = ""
    text: Annotated[str, Text()] = ""


@dataclass(frozen=True, kw_only=True)
class Said(Node):
    """What is said in one or more languages: titles, descriptions, comments, names."""

    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


def said(text: str, **others: str) -> Said:
    """A text in the language of the activity, and in others by language code."""
    first = (Narrative(text=text),) if text else ()
    return Said(narratives=(*first, *(Narrative(lang=lang, text=other) for lang, other in others.items())))


@dataclass(frozen=True, kw_only=True)
class Description(Node):
    """`type`: 1 general, 2 objectives, 3 target groups, 4 other."""

    type: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class ReportingOrg(Node):
    """Who publishes; `secondary_reporter` where it reports of what others do."""

    ref: Annotated[str, Attr(required=True)] = ""
    type: Annotated[str, Attr(required=True)] = ""
    secondary_reporter: Annotated[bool | None, Attr()] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class ParticipatingOrg(Node):
    """`role`: 1 funding, 2 accountable, 3 extending, 4 implementing."""

    ref: Annotated[str, Attr()] = ""
    type: Annotated[str, Attr()] = ""
    role: Annotated[str, Attr(required=True)] = ""
    activity_id: Annotated[str, Attr()] = ""
    crs_channel_code: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class OwnerOrg(Node):
    ref: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class OtherIdentifier(Node):
    ref: Annotated[str, Attr(required=True)] = ""
    type: Annotated[str, Attr(required=True)] = ""
    owner_org: Annotated[OwnerOrg | None, Element()] = None


@dataclass(frozen=True, kw_only=True)
class ActivityDate(Node):
    """`type`: 1 planned start, 2 actual start, 3 planned end, 4 actual end."""

    type: Annotated[str, Attr(required=True)] = ""
    iso_date: Annotated[date | None, Attr(required=True)] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class Line(Node):
    text: Annotated[str, Text()] = ""


@dataclass(frozen=True, kw_only=True)
class Address(Node):
    """A URI as the text of an element."""

    text: Annotated[str, Text()] = ""


@dataclass(frozen=True, kw_only=True)
class Contact(Node):
    """Personal data: withheld when writing unless somebody asks for it."""

    type: Annotated[str, Attr()] = ""
    organisation: Annotated[Said | None, Element()] = None
    department: Annotated[Said | None, Element()] = None
    person_name: Annotated[Said | None, Element()] = None
    job_title: Annotated[Said | None, Element()] = None
    telephones: Annotated[tuple[Line, ...], Element("telephone")] = ()
    emails: Annotated[tuple[Line, ...], Element("email")] = ()
    websites: Annotated[tuple[Address, ...], Element("website")] = ()
    mailing_addresses: Annotated[tuple[Said, ...], Element("mailing-address")] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientCountry(Node):
    code: Annotated[str, Attr(required=True)] = ""
    percentage: Annotated[Decimal | None, Attr()] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientRegion(Node):
    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    percentage: Annotated[Decimal | None, Attr()] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class Sector(Node):
    """`vocabulary`: 1 (or none) DAC five digits, 2 DAC three digits, 7/8/9 SDG goal/target/indicator, 98/99 the publisher's own."""

    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    percentage: Annotated[Decimal | None, Attr()] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class Tag(Node):
    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr(required=True)] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyMarker(Node):
    """`code` of vocabulary 1: 1 gender, 11 disability ...; `significance`: 0 not targeted, 1 significant, 2 principal."""

    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    significance: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class AidType(Node):
    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""


@dataclass(frozen=True, kw_only=True)
class Value(Node):
    """An amount; `value_date` is the day whose rate of exchange counts."""

    currency: Annotated[str, Attr()] = ""
    value_date: Annotated[date | None, Attr(required=True)] = None
    amount: Annotated[Decimal | None, Text()] = None


@dataclass(frozen=True, kw_only=True)
class Budget(Node):
    """`type`: 1 original, 2 revised; `status`: 1 indicative, 2 committed. At most a year long."""

    type: Annotated[str, Attr()] = ""
    status: Annotated[str, Attr()] = ""
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None


@dataclass(frozen=True, kw_only=True)
class ProviderOrg(Node):
    ref: Annotated[str, Attr()] = ""
    activity_id: Annotated[str, Attr("provider-activity-id")] = ""
    type: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class ReceiverOrg(Node):
    ref: Annotated[str, Attr()] = ""
    activity_id: Annotated[str, Attr("receiver-activity-id")] = ""
    type: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class PlannedDisbursement(Node):
    type: Annotated[str, Attr()] = ""
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date")] = None
    value: Annotated[Value | None, Element(required=True)] = None
    provider_org: Annotated[ProviderOrg | None, Element()] = None
    receiver_org: Annotated[ReceiverOrg | None, Element()] = None


@dataclass(frozen=True, kw_only=True)
class TransactionSector(Node):
    """A sector of one transaction: whole, without a percentage."""

    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class TransactionCountry(Node):
    code: Annotated[str, Attr(required=True)] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class TransactionRegion(Node):
    code: Annotated[str, Attr(required=True)] = ""
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class Transaction(Node):
    """`type`: 1 incoming funds, 2 outgoing commitment, 3 disbursement, 4 expenditure, 11 incoming commitment, 12/13 pledges ..."""

    ref: Annotated[str, Attr()] = ""
    humanitarian: Annotated[bool | None, Attr()] = None
    type: Annotated[str, Via("transaction-type", required=True)] = ""
    day: Annotated[date | None, Via("transaction-date", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    description: Annotated[Said | None, Element()] = None
    provider_org: Annotated[ProviderOrg | None, Element()] = None
    receiver_org: Annotated[ReceiverOrg | None, Element()] = None
    disbursement_channel: Annotated[str, Via()] = ""
    sectors: Annotated[tuple[TransactionSector, ...], Element("sector")] = ()
    recipient_country: Annotated[TransactionCountry | None, Element()] = None
    recipient_region: Annotated[TransactionRegion | None, Element()] = None
    flow_type: Annotated[str, Via()] = ""
    finance_type: Annotated[str, Via()] = ""
    aid_types: Annotated[tuple[AidType, ...], Element("aid-type")] = ()
    tied_status: Annotated[str, Via()] = ""


@dataclass(frozen=True, kw_only=True)
class Code(Node):
    code: Annotated[str, Attr(required=True)] = ""


@dataclass(frozen=True, kw_only=True)
class DocumentLink(Node):
    format: Annotated[str, Attr(required=True)] = ""
    url: Annotated[str, Attr(required=True)] = ""
    title: Annotated[Said | None, Element(required=True)] = None
    description: Annotated[Said | None, Element()] = None
    categories: Annotated[tuple[Code, ...], Element("category", required=True)] = ()
    languages: Annotated[tuple[Code, ...], Element("language")] = ()
    document_date: Annotated[date | None, Via("document-date", "iso-date")] = None


@dataclass(frozen=True, kw_only=True)
class RelatedActivity(Node):
    """`type`: 1 parent, 2 child, 3 sibling, 4 co-funded, 5 third party."""

    ref: Annotated[str, Attr(required=True)] = ""
    type: Annotated[str, Attr(required=True)] = ""


@dataclass(frozen=True, kw_only=True)
class Condition(Node):
    """`type`: 1 policy, 2 performance, 3 fiduciary."""

    type: Annotated[str, Attr(required=True)] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class Conditions(Node):
    attached: Annotated[bool | None, Attr(required=True)] = None
    conditions: Annotated[tuple[Condition, ...], Element("condition")] = ()


@dataclass(frozen=True, kw_only=True)
class Reference(Node):
    vocabulary: Annotated[str, Attr(required=True)] = ""
    code: Annotated[str, Attr(required=True)] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""


@dataclass(frozen=True, kw_only=True)
class IndicatorReference(Node):
    vocabulary: Annotated[str, Attr(required=True)] = ""
    code: Annotated[str, Attr(required=True)] = ""
    indicator_uri: Annotated[str, Attr()] = ""


@dataclass(frozen=True, kw_only=True)
class Dimension(Node):
    name: Annotated[str, Attr()] = ""
    value: Annotated[str, Attr()] = ""


@dataclass(frozen=True, kw_only=True)
class Baseline(Node):
    ORDER = ("location", "dimension", "document-link", "comment")

    iso_date: Annotated[date | None, Attr()] = None
    year: Annotated[int | None, Attr(required=True)] = None
    value: Annotated[str, Attr()] = ""
    dimensions: Annotated[tuple[Dimension, ...], Element("dimension")] = ()
    document_links: Annotated[tuple[DocumentLink, ...], Element("document-link")] = ()
    comment: Annotated[Said | None, Element()] = None


@dataclass(frozen=True, kw_only=True)
class Measured(Node):
    """A target or what was reached: a number as text, for measures 1 to 4."""

    ORDER = ("location", "dimension", "comment", "document-link")

    value: Annotated[str, Attr()] = ""
    dimensions: Annotated[tuple[Dimension, ...], Element("dimension")] = ()
    comment: Annotated[Said | None, Element()] = None
    document_links: Annotated[tuple[DocumentLink, ...], Element("document-link")] = ()


@dataclass(frozen=True, kw_only=True)
class Period(Node):
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    targets: Annotated[tuple[Measured, ...], Element("target")] = ()
    actuals: Annotated[tuple[Measured, ...], Element("actual")] = ()


@dataclass(frozen=True, kw_only=True)
class Indicator(Node):
    """`measure`: 1 unit, 2 percentage, 3 nominal, 4 ordinal, 5 qualitative."""

    measure: Annotated[str, Attr(required=True)] = ""
    ascending: Annotated[bool | None, Attr()] = None
    aggregation_status: Annotated[bool | None, Attr()] = None
    title: Annotated[Said | None, Element(required=True)] = None
    description: Annotated[Said | None, Element()] = None
    document_links: Annotated[tuple[DocumentLink, ...], Element("document-link")] = ()
    references: Annotated[tuple[IndicatorReference, ...], Element("reference")] = ()
    baselines: Annotated[tuple[Baseline, ...], Element("baseline")] = ()
    periods: Annotated[tuple[Period, ...], Element("period")] = ()


@dataclass(frozen=True, kw_only=True)
class Result(Node):
    """`type`: 1 output, 2 outcome, 3 impact, 9 other."""

    type: Annotated[str, Attr(required=True)] = ""
    aggregation_status: Annotated[bool | None, Attr()] = None
    title: Annotated[Said | None, Element(required=True)] = None
    description: Annotated[Said | None, Element()] = None
    document_links: Annotated[tuple[DocumentLink, ...], Element("document-link")] = ()
    references: Annotated[tuple[Reference, ...], Element("reference")] = ()
    indicators: Annotated[tuple[Indicator, ...], Element("indicator", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class Activity(Node):
    """One activity: what is done, by whom, where, with what money and what came of it."""

    ORDER = (
        "iati-identifier", "reporting-org", "title", "description", "participating-org", "other-identifier",
        "activity-status", "activity-date", "contact-info", "activity-scope", "recipient-country", "recipient-region",
        "location", "sector", "tag", "country-budget-items", "humanitarian-scope", "policy-marker",
        "collaboration-type", "default-flow-type", "default-finance-type", "default-aid-type", "default-tied-status",
        "budget", "planned-disbursement", "capital-spend", "transaction", "document-link", "related-activity",
        "legacy-data", "conditions", "result", "crs-add", "fss",
    )  # fmt: skip

    lang: Annotated[str, Attr(LANG)] = ""
    default_currency: Annotated[str, Attr()] = ""
    last_updated: Annotated[datetime | None, Attr("last-updated-datetime")] = None
    humanitarian: Annotated[bool | None, Attr()] = None
    hierarchy: Annotated[int | None, Attr()] = None
    linked_data_uri: Annotated[str, Attr()] = ""
    budget_not_provided: Annotated[str, Attr()] = ""

    identifier: Annotated[Line | None, Element("iati-identifier", required=True)] = None
    reporting_org: Annotated[ReportingOrg | None, Element(required=True)] = None
    title: Annotated[Said | None, Element(required=True)] = None
    descriptions: Annotated[tuple[Description, ...], Element("description", required=True)] = ()
    participating_orgs: Annotated[tuple[ParticipatingOrg, ...], Element("participating-org", required=True)] = ()
    other_identifiers: Annotated[tuple[OtherIdentifier, ...], Element("other-identifier")] = ()
    status: Annotated[str, Via("activity-status", required=True)] = ""
    dates: Annotated[tuple[ActivityDate, ...], Element("activity-date", required=True)] = ()
    contacts: Annotated[tuple[Contact, ...], Element("contact-info")] = ()
    scope: Annotated[str, Via("activity-scope")] = ""
    countries: Annotated[tuple[RecipientCountry, ...], Element("recipient-country")] = ()
    regions: Annotated[tuple[RecipientRegion, ...], Element("recipient-region")] = ()
    sectors: Annotated[tuple[Sector, ...], Element("sector")] = ()
    tags: Annotated[tuple[Tag, ...], Element("tag")] = ()
    policy_markers: Annotated[tuple[PolicyMarker, ...], Element("policy-marker")] = ()
    collaboration_type: Annotated[str, Via()] = ""
    flow_type: Annotated[str, Via("default-flow-type")] = ""
    finance_type: Annotated[str, Via("default-finance-type")] = ""
    aid_types: Annotated[tuple[AidType, ...], Element("default-aid-type")] = ()
    tied_status: Annotated[str, Via("default-tied-status")] = ""
    budgets: Annotated[tuple[Budget, ...], Element("budget")] = ()
    planned_disbursements: Annotated[tuple[PlannedDisbursement, ...], Element("planned-disbursement")] = ()
    capital_spend: Annotated[Decimal | None, Via("capital-spend", "percentage")] = None
    transactions: Annotated[tuple[Transaction, ...], Element("transaction")] = ()
    document_links: Annotated[tuple[DocumentLink, ...], Element("document-link")] = ()
    related: Annotated[tuple[RelatedActivity, ...], Element("related-activity")] = ()
    conditions: Annotated[Conditions | None, Element()] = None
    results: Annotated[tuple[Result, ...], Element("result")] = ()

    @property
    def id(self) -> str:
        """The activity identifier without the space around it; "" where there is none."""
        return self.identifier.text.strip() if self.identifier else ""


@dataclass(frozen=True, kw_only=True)
class BudgetLine(Node):
    """A line of a budget or of an expenditure of an organisation."""

    ref: Annotated[str, Attr()] = ""
    value: Annotated[Value | None, Element(required=True)] = None
    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientOrg(Node):
    ref: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class TotalBudget(Node):
    status: Annotated[str, Attr()] = ""
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    lines: Annotated[tuple[BudgetLine, ...], Element("budget-line")] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientOrgBudget(Node):
    status: Annotated[str, Attr()] = ""
    recipient_org: Annotated[RecipientOrg | None, Element(required=True)] = None
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    lines: Annotated[tuple[BudgetLine, ...], Element("budget-line")] = ()


@dataclass(frozen=True, kw_only=True)
class BudgetRegion(Node):
    vocabulary: Annotated[str, Attr()] = ""
    vocabulary_uri: Annotated[str, Attr()] = ""
    code: Annotated[str, Attr()] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientRegionBudget(Node):
    status: Annotated[str, Attr()] = ""
    recipient_region: Annotated[BudgetRegion | None, Element(required=True)] = None
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    lines: Annotated[tuple[BudgetLine, ...], Element("budget-line")] = ()


@dataclass(frozen=True, kw_only=True)
class BudgetCountry(Node):
    code: Annotated[str, Attr(required=True)] = ""
    narratives: Annotated[tuple[Narrative, ...], Element("narrative")] = ()


@dataclass(frozen=True, kw_only=True)
class RecipientCountryBudget(Node):
    status: Annotated[str, Attr()] = ""
    recipient_country: Annotated[BudgetCountry | None, Element(required=True)] = None
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    lines: Annotated[tuple[BudgetLine, ...], Element("budget-line")] = ()


@dataclass(frozen=True, kw_only=True)
class TotalExpenditure(Node):
    start: Annotated[date | None, Via("period-start", "iso-date", required=True)] = None
    end: Annotated[date | None, Via("period-end", "iso-date", required=True)] = None
    value: Annotated[Value | None, Element(required=True)] = None
    lines: Annotated[tuple[BudgetLine, ...], Element("expense-line")] = ()


@dataclass(frozen=True, kw_only=True)
class Organisation(Node):
    """An organisation's own file: what it has, for whom, and what it spent."""

    ORDER = (
        "organisation-identifier", "name", "reporting-org", "total-budget", "recipient-org-budget",
        "recipient-region-budget", "recipient-country-budget", "total-expenditure", "document-link",
    )  # fmt: skip

    lang: Annotated[str, Attr(LANG)] = ""
    default_currency: Annotated[str, Attr()] = ""
    last_updated: Annotated[datetime | None, Attr("last-updated-datetime")] = None

    identifier: Annotated[Line | None, Element("organisation-identifier", required=True)] = None
    name: Annotated[Said | None, Element(required=True)] = None
    reporting_org: Annotated[ReportingOrg | None, Element(required=True)] = None
    total_budgets: Annotated[tuple[TotalBudget, ...], Element("total-budget")] = ()
    org_budgets: Annotated[tuple[RecipientOrgBudget, ...], Element("recipient-org-budget")] = ()
    region_budgets: Annotated[tuple[RecipientRegionBudget, ...], Element("recipient-region-budget")] = ()
    country_budgets: Annotated[tuple[RecipientCountryBudget, ...], Element("recipient-country-budget")] = ()
    total_expenditures: Annotated[tuple[TotalExpenditure, ...], Element("total-expenditure")] = ()
    # Document links of an organisation name countries besides; they are kept as they are.

    @property
    def id(self) -> str:
        """The organisation identifier without the space around it; "" where there is none."""
        return self.identifier.text.strip() if self.identifier else ""


@dataclass(frozen=True, kw_only=True)
class Document(Node):
    """What all files have: the version, when they were made, and what stands in them."""

    version: Annotated[str, Attr(required=True)] = VERSION
    generated: Annotated[datetime | None, Attr("generated-datetime")] = None


@dataclass(frozen=True, kw_only=True)
class Activities(Document):
    linked_data_default: Annotated[str, Attr()] = ""
    items: Annotated[tuple[Activity, ...], Element("iati-activity", required=True)] = ()


@dataclass(frozen=True, kw_only=True)
class Organisations(Document):
    items: Annotated[tuple[Organisation, ...], Element("iati-organisation", required=True)] = ()


ROOTS: dict[str, type[Activities] | type[Organisations]] = {
    "iati-activities": Activities,
    "iati-organisations": Organisations,
}
