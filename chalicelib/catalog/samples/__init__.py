"""Samples: their records, metadata, search terms and lists."""
