"""Queries over the samples of a namespace by any of their columns, from a columnar snapshot and what changed since."""
