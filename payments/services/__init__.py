"""Use cases of payments: collect, settle, the card's way to the provider and back."""
