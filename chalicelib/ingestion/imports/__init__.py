"""Samplesheets imported in the background."""
