"""The trade office's desk of lots, of what does not fit, and of the lists of inputs."""

from traceability.desk import copies, crops, links, lots, proof, supplies, watch
from traceability.desk.blueprint import blueprint

__all__ = ["blueprint", "copies", "crops", "links", "lots", "proof", "supplies", "watch"]
