"""The words of CBV 2.0: bare, as a web address and as a URN they mean the same."""

from collections.abc import Mapping
from types import MappingProxyType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVENT_TYPES = _words(
    "ObjectEvent AggregationEvent TransactionEvent TransformationEvent AssociationEvent"
)
ACTIONS = _words("ADD OBSERVE DELETE")
BIZ_STEPS = _words(
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping"""
)
DISPOSITIONS = _words(
    """active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
    no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
    retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown"""
)
TRANSACTION_TYPES = _words(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)
PARTY_TYPES = _words("location owning_party possessing_party")
ERROR_REASONS = _words("did_not_occur incorrect_data")
ALERTS = _words("ALARM_CONDITION ERROR_CONDITION")
COMPONENTS = _words(
    """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting
    northing latitude longitude altitude"""
)
MEASUREMENTS = _words(
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
    KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate
    MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power
    Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity
    SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage
    Volume VolumeFlowRate VolumeFraction VolumetricFlux Wavenumber"""
)

# What a bare word of a field stands for, in full.
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "bizStep": "https://ref.gs1.org/cbv/BizStep-",
        "disposition": "https://ref.gs1.org/cbv/Disp-",
        "transaction": "https://ref.gs1.org/cbv/BTT-",
        "party": "https://ref.gs1.org/cbv/SDT-",
        "reason": "https://ref.gs1.org/cbv/ER-",
        "component": "https://ref.gs1.org/cbv/Comp-",
        "measurement": "https://gs1.org/voc/",
        "alert": "https://gs1.org/voc/",
    }
)
WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "bizStep": BIZ_STEPS,
        "disposition": DISPOSITIONS,
        "transaction": TRANSACTION_TYPES,
        "party": PARTY_TYPES,
        "reason": ERROR_REASONS,
        "component": COMPONENTS,
        "measurement": MEASUREMENTS,
        "alert": ALERTS,
    }
)
# The same before CBV 2.0.
_URNS = (
    ("urn:epcglobal:cbv:bizstep:", "https://ref.gs1.org/cbv/BizStep-"),
    ("urn:epcglobal:cbv:disp:", "https://ref.gs1.org/cbv/Disp-"),
    ("urn:epcglobal:cbv:btt:", "https://ref.gs1.org/cbv/BTT-"),
    ("urn:epcglobal:cbv:sdt:", "https://ref.gs1.org/cbv/SDT-"),
    ("urn:epcglobal:cbv:er:", "https://ref.gs1.org/cbv/ER-"),
)


def full_word(kind: str, text: str) -> str:
    """Return a term in full: a bare word of this kind as its web address, a URN likewise."""
    return PREFIXES[kind] + text if text in WORDS[kind] else web_word(text)


def bare_word(kind: str, text: str) -> str:
    """Return a term as it is stored: the bare word where CBV has one, else the address in full."""
    full, prefix = web_word(text), PREFIXES[kind]
    rest = full.removeprefix(prefix)
    return rest if rest in WORDS[kind] else full


def web_word(text: str) -> str:
    """Return the web address of a term written as a URN; anything else as it is."""
    if text.startswith("urn:epcglobal:cbv:"):
        for urn, address in _URNS:
            if text.startswith(urn):
                return address + text.removeprefix(urn)
    return text
