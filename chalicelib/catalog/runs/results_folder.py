"""The folder in S3 that a run's pipeline writes to: the run's own in the catalog bucket, or one that was declared."""

from dataclasses import dataclass

from chalicelib.catalog.runs.model import Run
from chalicelib.settings import settings


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A bucket and a prefix, which ends with `/`."""

    bucket: str
    prefix: str

    @property
    def uri(self) -> str:
        """Its S3 URI, which ends with `/`."""
        return f"s3://{self.bucket}/{self.prefix}"

    def contains(self, bucket: str, key: str) -> bool:
        """Is an object in this folder, or in one below it?"""
        return bucket == self.bucket and key.startswith(self.prefix)

    def below(self, name: str) -> "ResultsFolder":
        """The folder of this name in it."""
        return ResultsFolder(self.bucket, f"{self.prefix}{name}/")


def own_folder(run_id: str) -> ResultsFolder:
    """The run's own folder in the catalog bucket, whose objects are registered as they arrive."""
    return ResultsFolder(settings().catalog_bucket, f"runs/{run_id}/")


def folder_of_uri(uri: str) -> ResultsFolder:
    """The folder of a stored URI."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    return ResultsFolder(bucket, prefix)


def folder_of(run: Run) -> ResultsFolder:
    """Where the run's results are expected."""
    return own_folder(run.id) if run.output_uri is None else folder_of_uri(run.output_uri)
