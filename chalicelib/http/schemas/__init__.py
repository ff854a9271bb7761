"""Request bodies (pydantic models, parsed strictly) and responses (typed dictionaries), from which docs/openapi.json is
generated."""
