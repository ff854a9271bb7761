"""What comes in without an upload of ours: objects that arrive in the catalog bucket, and imported samplesheets."""
