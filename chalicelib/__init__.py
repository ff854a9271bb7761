"""Seqport: take sequencing data out of a genomics platform on AWS, in archives that S3 itself assembles."""
