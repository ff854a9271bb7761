"""The service with a real S3 server, as for the tests of the workflow."""

from tests.workflow.conftest import ana, client, object_store, project

__all__ = ["ana", "client", "object_store", "project"]
