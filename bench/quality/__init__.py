"""How good the search is: judged queries, and queries made by rule."""
