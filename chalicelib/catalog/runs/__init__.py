"""Workflow executions (runs): their records, samples and outputs."""
