"""Starts an import: its plan in S3, its record, its background work, in this order, so that an import that is
interrupted half-way either does not exist or is continued by the clean-up."""

import json
from itertools import islice
from uuid import uuid4

from chalicelib import aws
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.errors import Conflict, TooMany, validation_error
from chalicelib.ids import Ids
from chalicelib.ingestion.imports import record as import_record
from chalicelib.ingestion.imports.model import Samplesheet
from chalicelib.ingestion.imports.plan import plan_import
from chalicelib.ingestion.imports.record import Import, Status
from chalicelib.ingestion.imports.steps import plan_key, put_steps, steps_of
from chalicelib.settings import settings

MAX_OPEN = 5  # imports of one user at once
_MAX_READ = 1_000  # open imports of all users, to count one user's


def begin_import(project: Namespace, user_id: str, sheet: Samplesheet, ids: Ids, *, max_objects: int) -> Import:
    """Validate a sheet as a dry run does and start its import. Raises Invalid with every violation, before
    anything is written. With repeatable ids a second call returns the first one's import."""
    import_id = ids.id()
    if ids.is_repeatable and (known := import_record.find(import_id)):
        return _started(known)
    plan = plan_import(project, user_id, sheet, max_objects=max_objects)
    violations = [*sheet.violations, *plan.violations]
    if violations:
        # A concurrent repetition of this request may have created what now looks like a violation.
        if ids.is_repeatable and (existing := import_record.find(import_id)):
            return _started(existing)
        raise validation_error(violations)
    _refuse_too_many(user_id)
    key = plan_key(import_id, uuid4().hex)
    put_steps(key, list(steps_of(plan)))
    made = import_record.create(
        import_id, user_id=user_id, project_id=project.id, plan_key=key, rows_total=sheet.row_count
    )
    made = made or import_record.find(import_id)
    if made is None:
        raise Conflict("This import has been removed.", slug="changed-meanwhile")
    return _started(made)


def _started(known: Import) -> Import:
    if known.status is Status.PROCESSING:
        start(known.id, settings().import_function)
    return known


def _refuse_too_many(user_id: str) -> None:
    own = [record for record in islice(import_record.in_progress(), _MAX_READ) if record.user_id == user_id]
    if len(own) >= MAX_OPEN:
        raise TooMany("At most {most} of your imports can run at once. Wait for one to finish.", most=MAX_OPEN)


def start(import_id: str, function: str) -> None:
    """Invoke the background function for an import. Starting twice is harmless."""
    aws.functions().invoke(
        FunctionName=function,
        InvocationType="Event",
        Payload=json.dumps({"import_id": import_id}).encode(),
    )
