"""The whole catalogue of a vendor as a spreadsheet, out and in again."""
