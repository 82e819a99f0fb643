"""Diaries out of the market and into it: VietGAP books, filled tables, farmOS servers."""
