"""Files of samples: their records, uploads, read pairs and S3 objects."""
