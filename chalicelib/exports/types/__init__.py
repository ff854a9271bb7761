"""The export types, one module each."""
