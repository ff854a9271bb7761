"""What the API takes and returns.

Written by `make client-operations` from docs/openapi.json: do not edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from typing_extensions import NotRequired


class AnalysisExportParameters(TypedDict):
    """The parameters of an analysis export."""

    namespace_id: str | None
    analysis_type: Literal["user", "project", "group"]
    workflow_execution_count: int
    packaging: NotRequired[Literal["archive", "ro-crate", "manifest"]]
    layout: NotRequired[Literal["flat", "tree"]]


class AnalysisExportRequest(TypedDict):
    """The body of `POST /exports` for the outputs of workflow executions."""

    type: Literal["analysis"]
    name: NotRequired[str | None]
    email_notification: NotRequired[bool]
    analysis_type: Literal["user", "project", "group"]
    namespace_id: NotRequired[str | None]
    workflow_execution_ids: NotRequired[list[str]]
    packaging: NotRequired[Literal["archive", "ro-crate", "manifest"]]
    layout: NotRequired[Literal["flat", "tree"]]


class Checksums(TypedDict):
    """Checksums of the content, to be verified."""

    crc32: NotRequired[str | None]
    sha256: NotRequired[str | None]


class Column(TypedDict):
    """A column of a samplesheet, and how it is interpreted."""

    name: str
    role: str


class CompletedParts(TypedDict):
    """The parts of a multipart upload; none for a file of one part."""

    parts: NotRequired[list[Part]]


class Completion(TypedDict):
    """Where the results of a workflow execution are. `output_uri` is a folder in S3 below a source of the namespace;
    by
    default the one that the execution was recorded with, else its own in the catalog bucket.
    `overwrite_metadata`: the
    results replace values that people entered."""

    output_uri: NotRequired[str | None]
    overwrite_metadata: NotRequired[bool]


class Delivery(TypedDict):
    """An event for a webhook and its last try: the response's status and beginning, or the error. `payload` is what
    is
    sent; `next_try_at` null: there will be none."""

    id: str
    event: Literal[
        "export.ready",
        "export.failed",
        "export.expiring",
        "workflow_execution.completed",
        "workflow_execution.failed",
        "test",
    ]
    created_at: str
    status: Literal["pending", "delivered", "failed"]
    tries: int
    tried_at: str | None
    next_try_at: str | None
    status_code: int | None
    response: str | None
    error: str | None
    payload: dict[str, Any]


class Download(TypedDict):
    """A presigned URL, valid until `expires_at`, also for ranges; size and CRC-32 are those of the whole."""

    url: str
    filename: str
    size: int
    crc32: str
    expires_at: str
    report_url: NotRequired[str]


class DryRun(TypedDict):
    """What an import of this samplesheet would do, and all its errors. Nothing is written."""

    dry_run: bool
    rows: int
    interpretation: Interpretation
    metadata_fields: list[str]
    samples_to_create: int
    samples_to_update: int
    files_to_register: int
    files_looked_at: int
    bytes: int
    samples: list[SampleToImport]
    warning_count: int
    warnings: list[Violation]
    error_count: int
    errors: list[Violation]


class EmailFailure(TypedDict):
    """The last e-mail to the user's address, sent at this time, did not arrive."""

    reason: Literal["bounced", "complaint", "rejected"]
    at: str


class Estimate(TypedDict):
    """The size of an export. `exact` is false if it was extrapolated from a subset of many samples."""

    samples: int
    files: int
    bytes: int
    by_format: dict[str, FormatEstimate]
    limits: Limits
    exceeds: list[Literal["samples", "files", "bytes"]]
    exact: bool


class Event(TypedDict):
    """What happened to an export: `actor` is a user's id or `system`."""

    action: Literal[
        "created",
        "ready",
        "failed",
        "retried",
        "restarted",
        "extended",
        "downloaded",
        "mail-failed",
        "expiring",
        "removed",
        "expired",
    ]
    at: str
    actor: str
    source_ip: str | None
    details: dict[str, Any]


class Export(TypedDict):
    """An export."""

    id: str
    name: str | None
    type: Literal["sample", "linelist", "analysis"]
    status: Literal["processing", "ready", "failed"]
    created_at: str
    ready_at: str | None
    expires_at: str | None
    extended_at: str | None
    email_notification: bool
    email_failure: Literal["bounced", "complaint", "rejected", None]
    parameters: SampleExportParameters | LinelistExportParameters | AnalysisExportParameters
    progress: Progress
    file: ExportedFile | None
    warnings: int
    failure: Failure | None


class ExportFile(TypedDict):
    """A file of an export that assembles none, and a presigned URL of it, valid until `expires_at`, also for ranges.
    Its response has the `etag`, unless the file was replaced since."""

    id: str
    path: str
    size: int
    crc32: str | None
    sha256: str | None
    etag: str
    url: str
    expires_at: str


class ExportedFile(TypedDict):
    """The finished file. `files` counts the exported files in it, not manifests and report."""

    filename: str
    download_name: str
    size: int
    crc32: str
    files: int


class Failure(TypedDict):
    """Why an export failed, and whether a retry can help."""

    code: Literal[
        "nothing-to-export", "no-longer-allowed", "sources-keep-changing", "too-large", "interrupted", "internal"
    ]
    message: str
    retryable: bool


class FieldOfSample(TypedDict):
    """A field of a sample's metadata, as the file names them; or the reason why the sample's can't be stored."""

    sample: str
    field: str


class File(TypedDict):
    """A file of a sample."""

    id: str
    puid: str
    filename: str
    format: Literal["fasta", "fastq", "text", "csv", "tsv", "spreadsheet", "json", "genbank", "image", "unknown"]
    size: int
    created_at: str
    checksums: StoredChecksums
    s3_uri: NotRequired[str]
    direction: NotRequired[Literal["forward", "reverse"]]
    type: NotRequired[Literal["illumina_pe", "pe"]]
    paired_with: NotRequired[str]


class FileChange(TypedDict):
    """The other file of the pair, or null to dissolve it."""

    paired_with: str | None
    direction: NotRequired[Literal["forward", "reverse"] | None]


class FileRegistration(TypedDict):
    """An object in S3 to register as a file of a sample; nothing is copied."""

    s3_uri: str
    filename: NotRequired[str | None]
    puid: NotRequired[str | None]
    paired_with: NotRequired[str | None]
    direction: NotRequired[Literal["forward", "reverse"] | None]


class FileToRegister(TypedDict):
    """A file that an import would register."""

    s3_uri: str
    size: int | None
    paired_with: NotRequired[str]


class FileUpload(TypedDict):
    """A file whose content is to be uploaded."""

    id: str
    puid: str
    upload: Upload


class FormatEstimate(TypedDict):
    """Files and bytes of one format."""

    files: int
    bytes: int


class GroupLink(TypedDict):
    """A group that a group or project is shared with, and the highest role that its members get."""

    namespace_id: str
    group_id: str
    group_puid: str
    group_name: str
    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    expires_at: str | None


class Health(TypedDict):
    """The service is up."""

    status: str
    version: str


class Import(TypedDict):
    """An import of a samplesheet. Rows that can't be imported are in `errors`; the others are imported."""

    id: str
    project_id: str
    status: Literal["processing", "done", "failed"]
    created_at: str
    ended_at: str | None
    progress: RowProgress
    samples_created: int
    samples_updated: int
    files_registered: int
    error_count: int
    errors: list[Violation]
    failure: ImportFailure | None


class ImportFailure(TypedDict):
    """Why an import stopped."""

    code: Literal["right-lost", "plan-lost", "interrupted"]
    message: str


class ImportRequest(TypedDict):
    """A samplesheet as text, or the bytes of its file in base64, whose encoding is detected."""

    samplesheet: NotRequired[str | None]
    samplesheet_base64: NotRequired[str | None]
    base_uri: NotRequired[str | None]
    dry_run: bool


class Interpretation(TypedDict):
    """How a samplesheet was read."""

    encoding: str
    delimiter: str
    header_row: int
    columns: list[Column]


class Invitation(TypedDict):
    """A role for the person of an e-mail address, who becomes a member when they sign in until `valid_until`."""

    id: str
    namespace_id: str
    email: str
    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    expires_at: str | None
    created_at: str
    valid_until: str


class Joined(TypedDict):
    """A group or project that the caller has just become a member of, because they were invited."""

    namespace_id: str
    type: Literal["group", "project"]
    name: str
    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]


class Limits(TypedDict):
    """The limits of one export, and of a user's running exports."""

    samples: int
    files: int
    bytes: int
    running_exports: int


class LinelistExportParameters(TypedDict):
    """The parameters of a linelist export; delimiter and decimal mark of CSV only."""

    namespace_id: str
    sample_count: int | None
    metadata_fields: list[str]
    linelist_format: str
    delimiter: NotRequired[Literal[",", ";"]]
    decimal_mark: NotRequired[Literal[".", ","]]


class LinelistExportRequest(TypedDict):
    """The body of `POST /exports` for a table of samples' metadata."""

    type: Literal["linelist"]
    name: NotRequired[str | None]
    email_notification: NotRequired[bool]
    namespace_id: str
    sample_ids: NotRequired[list[str] | None]
    selection: NotRequired[Selection | None]
    metadata_fields: NotRequired[list[str]]
    linelist_format: NotRequired[str]
    delimiter: NotRequired[Literal[",", ";"] | None]
    decimal_mark: NotRequired[Literal[".", ","] | None]


class LocaleChange(TypedDict):
    """The language of e-mails and messages."""

    locale: Literal["en", "fr"]


class ManifestFile(TypedDict):
    """A file of an archive."""

    name: str
    type: Literal["file"]
    metadata: NotRequired[dict[str, str]]


ManifestFolder = TypedDict(
    "ManifestFolder",
    {
        "name": "str",
        "type": "Literal['folder']",
        "irida-next-type": "Literal['project', 'sample', 'attachment', 'workflow_execution', 'directory']",
        "irida-next-name": "NotRequired[str]",
        "children": "NotRequired[list[ManifestFile | ManifestFolder]]",
        "child_count": "NotRequired[int]",
    },
)


class Me(TypedDict):
    """The caller."""

    id: str
    email: str
    first_name: str
    last_name: str
    locale: Literal["en", "fr", None]
    email_failure: EmailFailure | None
    joined: list[Joined]


class Member(TypedDict):
    """A member of a group or project; one who never signed in has no address or names."""

    user_id: str
    email: NotRequired[str]
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    expires_at: str | None


MetadataChange = dict[str, Any]


class MetadataField(TypedDict):
    """A metadata field in use."""

    name: str
    samples: int


class MetadataSource(TypedDict):
    """The workflow execution that wrote a value of metadata, and when its results were read."""

    workflow_execution_id: str
    updated_at: str


class MetadataTemplate(TypedDict):
    """A named list of metadata fields. `namespace_id` is its own namespace, which may be above the one where it is
    listed."""

    id: str
    namespace_id: str
    name: str
    fields: list[str]
    created_at: str
    updated_at: str


class Namespace(TypedDict):
    """A group or a project."""

    id: str
    type: Literal["group", "project"]
    name: str
    path: str
    full_path: str
    puid: str
    parent_id: str | None
    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    created_at: str
    description: NotRequired[str | None]


class NamespaceEvent(TypedDict):
    """What happened to an export of a namespace, and the name of the person who did it."""

    action: Literal[
        "created",
        "ready",
        "failed",
        "retried",
        "restarted",
        "extended",
        "downloaded",
        "mail-failed",
        "expiring",
        "removed",
        "expired",
    ]
    at: str
    actor: str
    source_ip: str | None
    details: dict[str, Any]
    export_id: str
    actor_name: str | None


class NewExecution(TypedDict):
    """A workflow execution to record. `output_uri` is the folder in S3 that its pipeline will write to, below a
    source
    of the namespace; by default the execution's own in the catalog bucket. `parameters` are shown to its readers."""

    name: NotRequired[str | None]
    workflow: Workflow
    state: NotRequired[
        Literal[
            "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
        ]
    ]
    namespace_id: str
    automated: NotRequired[bool]
    shared_with_namespace: NotRequired[bool]
    output_uri: NotRequired[str | None]
    parameters: NotRequired[dict[str, str | int | float | bool | None]]
    samples: NotRequired[list[SampleToRun]]


class NewFile(TypedDict):
    """A file to upload."""

    filename: str
    size: int
    checksums: NotRequired[Checksums | None]
    puid: NotRequired[str | None]
    paired_with: NotRequired[str | None]
    direction: NotRequired[Literal["forward", "reverse"] | None]


class NewGroup(TypedDict):
    """A group to create."""

    name: str
    path: str
    parent_id: NotRequired[str | None]
    puid: NotRequired[str | None]


class NewInvitation(TypedDict):
    """The role that the person of an e-mail address gets when they sign in."""

    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    expires_at: NotRequired[str | None]
    email: str


class NewProject(TypedDict):
    """A project to create."""

    name: str
    path: str
    group_id: str
    description: NotRequired[str | None]
    puid: NotRequired[str | None]


class NewSample(TypedDict):
    """A sample to create."""

    name: str
    description: NotRequired[str | None]
    metadata: NotRequired[dict[str, Any] | None]
    puid: NotRequired[str | None]


class NewSamples(TypedDict):
    """Samples to create: all of them, or none if one breaks a rule."""

    samples: list[NewSample]


class NewTemplate(TypedDict):
    """A metadata template to create."""

    name: str
    fields: list[str]


class NewToken(TypedDict):
    """A personal access token to create."""

    name: str
    scopes: list[Literal["read", "export", "catalog"]]
    expires_at: NotRequired[str | None]


class NewWebhook(TypedDict):
    """A webhook to create: a public HTTPS URL, and the events that are sent to it."""

    url: str
    events: list[
        Literal[
            "export.ready",
            "export.failed",
            "export.expiring",
            "workflow_execution.completed",
            "workflow_execution.failed",
        ]
    ]


class Output(TypedDict):
    """An output file."""

    id: str
    puid: str
    filename: str
    format: Literal["fasta", "fastq", "text", "csv", "tsv", "spreadsheet", "json", "genbank", "image", "unknown"]
    size: int
    created_at: str
    checksums: StoredChecksums
    s3_uri: NotRequired[str]
    folder: NotRequired[str]


class OutputRegistration(TypedDict):
    """An object in S3 to register as an output: of the run, or of one of its samples; nothing is copied."""

    s3_uri: str
    filename: NotRequired[str | None]
    puid: NotRequired[str | None]
    sample_id: NotRequired[str | None]


class DeliveryPage(TypedDict):
    """One page of a list."""

    items: list[Delivery]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class EventPage(TypedDict):
    """One page of a list."""

    items: list[Event]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class ExportFilePage(TypedDict):
    """One page of a list."""

    items: list[ExportFile]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class ExportPage(TypedDict):
    """One page of a list."""

    items: list[Export]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class FilePage(TypedDict):
    """One page of a list."""

    items: list[File]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class GroupLinkPage(TypedDict):
    """One page of a list."""

    items: list[GroupLink]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class InvitationPage(TypedDict):
    """One page of a list."""

    items: list[Invitation]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class MemberPage(TypedDict):
    """One page of a list."""

    items: list[Member]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class MetadataFieldPage(TypedDict):
    """One page of a list."""

    items: list[MetadataField]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class MetadataTemplatePage(TypedDict):
    """One page of a list."""

    items: list[MetadataTemplate]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class NamespaceEventPage(TypedDict):
    """One page of a list."""

    items: list[NamespaceEvent]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class NamespacePage(TypedDict):
    """One page of a list."""

    items: list[Namespace]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class SamplePage(TypedDict):
    """One page of a list."""

    items: list[Sample]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class SkippedItemPage(TypedDict):
    """One page of a list."""

    items: list[SkippedItem]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class TokenPage(TypedDict):
    """One page of a list."""

    items: list[Token]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class WebhookPage(TypedDict):
    """One page of a list."""

    items: list[Webhook]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class WorkflowExecutionPage(TypedDict):
    """One page of a list."""

    items: list[WorkflowExecution]
    next_cursor: str | None
    total: int
    total_is_exact: NotRequired[bool]


class Part(TypedDict):
    """An uploaded part: its number and the ETag that S3 returned."""

    part_number: int
    etag: str


class PartToUpload(TypedDict):
    """A presigned PUT of one part; send exactly these headers."""

    part_number: int
    url: str
    headers: dict[str, str]


Preview = TypedDict(
    "Preview",
    {
        "type": "str",
        "date": "NotRequired[str]",
        "name": "NotRequired[str]",
        "irida-next-type": "NotRequired[str]",
        "irida-next-name": "NotRequired[str]",
        "children": "list[ManifestFile | ManifestFolder]",
        "matches": "NotRequired[int]",
        "next_cursor": "NotRequired[str | None]",
        "manifest_url": "NotRequired[str]",
    },
)


class Problem(TypedDict):
    """An error (RFC 9457 problem details), in the language of the request's Accept-Language. Switch on `type`: its
    last
    segment never changes its meaning."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[Violation]]


class Progress(TypedDict):
    """The progress of an export; rows for linelists only."""

    step: Literal["queued", "planning", "assembling", "finishing", "done"]
    queue_position: NotRequired[int]
    percent: int
    bytes_done: int
    bytes_total: int
    files_total: int
    rows_done: NotRequired[int]
    rows_total: NotRequired[int]


class ProjectSummary(TypedDict):
    """A project of listed samples."""

    id: str
    puid: str
    name: str


class Results(TypedDict):
    """What was read of `iridanext.output.json`, by which the pipeline says what its outputs and metadata are;
    without
    such a file (`has_file`), all objects of the folder are outputs. Lists have the first 200."""

    has_file: bool
    key: str
    read_at: str
    outputs: int
    samples_with_metadata: int
    missing_count: int
    missing: list[str]
    unknown_samples: list[str]
    kept: list[FieldOfSample]
    invalid: list[FieldOfSample]
    failure: str | None


class RoleGrant(TypedDict):
    """The role that a member or group gets."""

    role: Literal["guest", "uploader", "analyst", "maintainer", "owner"]
    expires_at: NotRequired[str | None]


class RowProgress(TypedDict):
    """The progress of an import."""

    percent: int
    rows_done: int
    rows_total: int


class RunSample(TypedDict):
    """A sample of a run, its row of the samplesheet and its outputs (the first 2,000)."""

    sample_id: str
    puid: str
    name: str | None
    deleted: bool
    samplesheet: dict[str, str | int | float | None]
    output_count: int
    outputs: list[Output]


class Sample(TypedDict):
    """A sample."""

    id: str
    puid: str
    name: str
    description: str | None
    project_id: str
    metadata: dict[str, str | int | float]
    metadata_sources: NotRequired[dict[str, MetadataSource]]
    created_at: str
    updated_at: str


class SampleBatch(TypedDict):
    """The samples that a batch created, in its order."""

    samples: list[Sample]


class SampleChange(TypedDict):
    """Changes to a sample; absent fields stay as they are."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]


class SampleExportParameters(TypedDict):
    """The parameters of a sample export. `sample_count` is null until a selection is planned."""

    namespace_id: str
    sample_count: int | None
    file_formats: list[str]
    packaging: NotRequired[Literal["archive", "ro-crate", "manifest"]]


class SampleExportRequest(TypedDict):
    """The body of `POST /exports` for the files of samples."""

    type: Literal["sample"]
    name: NotRequired[str | None]
    email_notification: NotRequired[bool]
    namespace_id: str
    sample_ids: NotRequired[list[str] | None]
    selection: NotRequired[Selection | None]
    file_formats: NotRequired[list[str]]
    packaging: NotRequired[Literal["archive", "ro-crate", "manifest"]]


class SampleFiles(TypedDict):
    """How many complete files a sample has, and their size in bytes."""

    sample_id: str
    files: int
    size: int


class SampleFilesList(TypedDict):
    """The files of samples, counted."""

    items: list[SampleFiles]


class SampleFilter(TypedDict):
    """A condition on a column of samples."""

    column: str
    operator: Literal["is", "is_not", "contains", "not_contains", "between", "is_empty", "is_not_empty"]
    values: NotRequired[list[str | int | float | None]]


class SampleIds(TypedDict):
    """Samples of a namespace, by id."""

    sample_ids: list[str]


class SampleQuery(TypedDict):
    """Which samples of a namespace, in which order. All filters must hold."""

    q: NotRequired[str | None]
    filters: NotRequired[list[SampleFilter]]
    sort: NotRequired[str]
    limit: NotRequired[int]
    offset: NotRequired[int]
    fields: NotRequired[list[str] | None]


class SampleQueryPage(TypedDict):
    """A page of the samples that a query matches, and their projects. `total` counts all that match."""

    items: list[Sample]
    total: int
    next_offset: int | None
    projects: list[ProjectSummary]


class SampleToImport(TypedDict):
    """What an import would do with a row."""

    row: int
    name: str | None
    puid: str | None
    action: Literal["create", "update", "none"]
    changed_fields: list[str]
    files: list[FileToRegister]


class SampleToRun(TypedDict):
    """A row of the samplesheet."""

    sample_id: str
    samplesheet: NotRequired[dict[str, Any]]


class Selection(TypedDict):
    """All samples of the namespace, or all that match a search and filters, except some."""

    all: Literal[True]
    q: NotRequired[str | None]
    filters: NotRequired[list[SampleFilter]]
    excluded_sample_ids: NotRequired[list[str]]


class SignIn(TypedDict):
    """How to sign in: the OpenID Connect issuer and its endpoints; null where the issuer has none."""

    issuer: str
    client_id: str
    scope: str
    authorization_endpoint: str | None
    token_endpoint: str | None
    end_session_endpoint: str | None


class SkippedItem(TypedDict):
    """A requested item that an export lacks. `name`, `puid` and `size` where they are known."""

    id: str
    reason: str
    size: int | None
    name: str | None
    puid: str | None


class SoftwareVersion(TypedDict):
    """A program that a step of the pipeline ran, and its version."""

    step: str
    software: str
    version: str


class Source(TypedDict):
    """Objects below this URI can be registered as files."""

    uri: str


class SourceList(TypedDict):
    """The sources of a group or project, those of groups above too."""

    items: list[Source]


class StartedImport(TypedDict):
    """A new import, with warnings about its samplesheet."""

    id: str
    project_id: str
    status: Literal["processing", "done", "failed"]
    created_at: str
    ended_at: str | None
    progress: RowProgress
    samples_created: int
    samples_updated: int
    files_registered: int
    error_count: int
    errors: list[Violation]
    failure: ImportFailure | None
    warning_count: int
    warnings: list[Violation]


class StateChange(TypedDict):
    """The state that a workflow execution has reached."""

    state: Literal[
        "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
    ]


class StoredChecksums(TypedDict):
    """Checksums that S3 computed or the uploader gave."""

    crc32: NotRequired[str]
    sha256: NotRequired[str]


class TemplateChange(TypedDict):
    """Changes to a template; absent and null fields stay as they are."""

    name: NotRequired[str | None]
    fields: NotRequired[list[str] | None]


class Token(TypedDict):
    """A personal access token, without its secret."""

    id: str
    name: str
    scopes: list[Literal["read", "export", "catalog"]]
    created_at: str
    expires_at: str | None


class TokenWithSecret(TypedDict):
    """A new personal access token. Its secret is shown only here."""

    id: str
    name: str
    scopes: list[Literal["read", "export", "catalog"]]
    created_at: str
    expires_at: str | None
    token: str


class Upload(TypedDict):
    """The parts that are still to be uploaded, and those that S3 has."""

    part_size: int
    parts: list[PartToUpload]
    uploaded: list[UploadedPart]


class UploadedPart(TypedDict):
    """A part that S3 has."""

    part_number: int
    etag: str
    size: int


class User(TypedDict):
    """A person who has signed in."""

    id: str
    email: str
    first_name: str
    last_name: str
    locale: Literal["en", "fr", None]


class UserList(TypedDict):
    """The users with an e-mail address."""

    items: list[User]
    next_cursor: None
    total: int


class Violation(TypedDict):
    """One broken rule of a body."""

    pointer: str
    detail: str


class Webhook(TypedDict):
    """A webhook of the caller, or of a group or project (`namespace_id`). Requests to it are signed by the Standard
    Webhooks specification."""

    id: str
    namespace_id: str | None
    url: str
    events: list[str]
    enabled: bool
    disabled_reason: Literal["by-user", "failing", "gone", "role-lost", None]
    failing_since: str | None
    created_by: str
    created_at: str


class WebhookChange(TypedDict):
    """Changes to a webhook; absent and null fields stay as they are."""

    url: NotRequired[str | None]
    events: NotRequired[
        list[
            Literal[
                "export.ready",
                "export.failed",
                "export.expiring",
                "workflow_execution.completed",
                "workflow_execution.failed",
            ]
        ]
        | None
    ]
    enabled: NotRequired[bool | None]


class WebhookWithSecret(TypedDict):
    """A webhook with its secret, which is shown only once."""

    id: str
    namespace_id: str | None
    url: str
    events: list[str]
    enabled: bool
    disabled_reason: Literal["by-user", "failing", "gone", "role-lost", None]
    failing_since: str | None
    created_by: str
    created_at: str
    secret: str


class Workflow(TypedDict):
    """A workflow and its version."""

    name: str
    version: str


class WorkflowExecution(TypedDict):
    """A workflow execution (run)."""

    id: str
    name: str | None
    workflow: WorkflowVersion
    state: Literal[
        "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
    ]
    namespace_id: str
    automated: bool
    shared_with_namespace: bool
    submitter_id: str
    sample_count: int
    created_at: str
    updated_at: str


class WorkflowExecutionDetail(TypedDict):
    """A workflow execution with its own outputs (the first 2,000) and its samples. If they don't fit into one
    response, `next_cursor` continues."""

    id: str
    name: str | None
    workflow: WorkflowVersion
    state: Literal[
        "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
    ]
    namespace_id: str
    automated: bool
    shared_with_namespace: bool
    submitter_id: str
    sample_count: int
    created_at: str
    updated_at: str
    output_count: int
    outputs: list[Output]
    samples: list[RunSample]
    results: NotRequired[Results]
    parameters: NotRequired[dict[str, str | int | float | bool | None]]
    software_versions: NotRequired[list[SoftwareVersion]]
    next_cursor: str | None


class WorkflowVersion(TypedDict):
    """A workflow and its version."""

    name: str
    version: str
