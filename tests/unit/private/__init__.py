"""The private folder: what it overrides, how it is begun."""
