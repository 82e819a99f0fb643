"""The only way from payments to the outside: the card provider, and its stand-in of the demo."""
