"""The resolver: where a code of GS1, or one of our own, leads (GS1-Conformant Resolver 1.2.1)."""
