"""The command `seqport`."""
