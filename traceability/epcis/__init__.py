"""EPCIS 2.0 and CBV 2.0: how events are built, checked, brought into one form and named."""
