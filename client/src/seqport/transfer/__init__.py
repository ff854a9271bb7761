"""Moving bytes: downloads by ranges, extraction straight out of an archive in S3, uploads by parts."""
