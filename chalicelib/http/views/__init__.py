"""The views: one function for each operation, by resource."""
