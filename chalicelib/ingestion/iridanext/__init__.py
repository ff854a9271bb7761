"""Results of pipelines that were built for IRIDA Next: a run's folder with the file `iridanext.output.json`."""
