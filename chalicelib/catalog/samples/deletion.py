"""Deletes samples with their files."""

from chalicelib.catalog.files import repository as files
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import Sample


def delete_with_files(sample: Sample) -> None:
    """Delete a sample and the records of its files, files first: what is interrupted can be repeated. Exports that
    already run are unaffected: uploaded objects are deleted later. NotFound if the sample was deleted before."""
    files.remove_all(files.all_of_sample(sample.id))
    samples.delete(sample)
