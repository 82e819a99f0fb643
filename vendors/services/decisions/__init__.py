"""Documents of the office: drafted, numbered, typeset, signed, withdrawn."""
