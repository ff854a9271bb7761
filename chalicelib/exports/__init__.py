"""Exports, from request to removal."""
