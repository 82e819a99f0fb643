"""Tables of an office (XLSX, CSV) brought into the market: checked whole, then saved whole."""
