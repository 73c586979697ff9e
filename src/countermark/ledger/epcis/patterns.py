"""What single fields of EPCIS 2.0 may hold: URIs, times, the words of CBV 2.0, each with what to tell who wrote another."""

from typing import Annotated, Any

from msgspec import Meta

_CHARACTER = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"
_NAME = r"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"
_URI_BODY = (
    r"[A-Za-z][A-Za-z0-9+.\-]*:"
    rf"(?://(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?{_NAME}(?::[0-9]*)?(?:/{_CHARACTER}*)*"
    rf"|/(?:{_CHARACTER}+(?:/{_CHARACTER}*)*)?|(?:{_CHARACTER}+(?:/{_CHARACTER}*)*)?)"
    rf"(?:\?(?:{_CHARACTER}|[/?])*)?(?:#(?:{_CHARACTER}|[/?])*)?\Z"
)
URI = rf"^{_URI_BODY}"
"""RFC 3986 URI (with scheme), without IP literals."""

_LEAP = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
TIME = (
    r"^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,30})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\Z"
)
"""RFC 3339 date-time."""


def _vocabulary(words: str, taken: str = r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/") -> str:
    """A bare word of the standard, or a URI of one's own that does not stand for a word of the standard."""
    return rf"^(?:(?:{'|'.join(words.split())})\Z|(?!{taken}){_URI_BODY})"


BIZ_STEP = _vocabulary(
    "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting "
    "decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting installing "
    "killing loading other packing picking receiving removing repackaging repairing replacing reserving retail_selling "
    "sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting unloading unpacking "
    "void_shipping"
)
DISPOSITION = _vocabulary(
    "active available completeness_inferred completeness_verified conformant container_closed container_open damaged "
    "destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance "
    "mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled "
    "reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown"
)
TRANSACTION_TYPE = _vocabulary("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt")
PARTY_TYPE = _vocabulary("owning_party possessing_party location")
REASON = _vocabulary("did_not_occur incorrect_data")
COMPONENT = _vocabulary(
    "x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude "
    "altitude"
)
_GS1_VOC = r"https?://(?:www\.)?gs1\.org/voc/"
MEASUREMENT = _vocabulary(
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume "
    "Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density "
    "Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity "
    "ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance KinematicViscosity Length "
    "LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass "
    "MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power "
    "Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume "
    "Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction "
    "VolumetricFlux Wavenumber",
    _GS1_VOC,
)
ALERT = _vocabulary("ALARM_CONDITION ERROR_CONDITION", _GS1_VOC)
OFFSET = r"^[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)\Z"
UNIT = r"^[A-Z0-9]{2,3}\Z"
HEX = r"^[A-Fa-f0-9]+\Z"
VERSION = r"^[0-9]+(?:\.[0-9]+)*\Z"
ACTION = r"^(?:ADD|OBSERVE|DELETE)\Z"

EXPECTED = {
    URI: "a URI",
    TIME: "a date and time with offset, like 2026-01-31T09:00:00.000Z",
    BIZ_STEP: "a business step of CBV 2.0 or a URI of your own",
    DISPOSITION: "a disposition of CBV 2.0 or a URI of your own",
    TRANSACTION_TYPE: "a business transaction type of CBV 2.0 or a URI of your own",
    PARTY_TYPE: "owning_party, possessing_party, location or a URI of your own",
    REASON: "did_not_occur, incorrect_data or a URI of your own",
    COMPONENT: "a component of CBV 2.0 or a URI of your own",
    MEASUREMENT: "a measurement type of GS1 or a URI of your own",
    ALERT: "ALARM_CONDITION, ERROR_CONDITION or a URI of your own",
    OFFSET: "an offset like +01:00",
    UNIT: "a unit of UN/ECE Recommendation 20 (two or three capitals or digits)",
    HEX: "hexadecimal digits",
    VERSION: "a version like 2.0",
    ACTION: "ADD, OBSERVE or DELETE",
}

Uri = Annotated[str, Meta(pattern=URI)]
Time = Annotated[str, Meta(pattern=TIME)]
Disposition = Annotated[str, Meta(pattern=DISPOSITION)]
Decimal = Annotated[float, Meta(ge=-(2**53) + 1, le=2**53 - 1)]
# A union of a constrained text and a list corrupts memory when msgspec 0.22 frees it: `_uri_problems` looks at the text.
UriOrUris = str | list[Uri]
Context = str | dict[str, Any] | list[str | dict[str, Any]]
