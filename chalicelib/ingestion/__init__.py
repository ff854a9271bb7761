"""Data that arrives without an upload through the API: objects in the catalog bucket, and imported samplesheets."""
