"""Payment providers, settlement and the ledger."""
