"""Labels as PDF and SVG, set from frozen data."""

from traceability.labels.faces import face_of
from traceability.labels.setting import Face, Sheet, look_of, pdf_of, svg_of

__all__ = ["Face", "Sheet", "face_of", "look_of", "pdf_of", "svg_of"]
