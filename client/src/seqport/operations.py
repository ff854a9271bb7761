"""A method for each operation of the API.

Written by `make client-operations` from docs/openapi.json: do not edit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import quote

from seqport.transport import Transport, new_idempotency_key

if TYPE_CHECKING:
    from seqport.models import (
        AnalysisExportRequest,
        CompletedParts,
        Completion,
        Delivery,
        DeliveryPage,
        Download,
        DryRun,
        Estimate,
        EventPage,
        Export,
        ExportFilePage,
        ExportPage,
        File,
        FileChange,
        FilePage,
        FileRegistration,
        FileUpload,
        GroupLink,
        GroupLinkPage,
        Health,
        Import,
        ImportRequest,
        Invitation,
        InvitationPage,
        LinelistExportRequest,
        LocaleChange,
        Me,
        Member,
        MemberPage,
        MetadataChange,
        MetadataFieldPage,
        MetadataTemplate,
        MetadataTemplatePage,
        Namespace,
        NamespaceEventPage,
        NamespacePage,
        NewExecution,
        NewFile,
        NewGroup,
        NewInvitation,
        NewProject,
        NewSample,
        NewSamples,
        NewTemplate,
        NewToken,
        NewWebhook,
        Output,
        OutputRegistration,
        Preview,
        RoleGrant,
        Sample,
        SampleBatch,
        SampleChange,
        SampleExportRequest,
        SampleFilesList,
        SampleIds,
        SamplePage,
        SampleQuery,
        SampleQueryPage,
        SignIn,
        SkippedItemPage,
        SourceList,
        StartedImport,
        StateChange,
        TemplateChange,
        TokenPage,
        TokenWithSecret,
        UserList,
        Webhook,
        WebhookChange,
        WebhookPage,
        WebhookWithSecret,
        WorkflowExecution,
        WorkflowExecutionDetail,
        WorkflowExecutionPage,
    )


class Operations:
    """Each call is one request. Raises the exceptions of `seqport.errors`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get_me(self) -> Me:
        """Get the caller.

        Invitations to the caller's address take effect.

        Needs the token scope `read`."""
        return cast("Me", self._transport.request("GET", "/me").body)

    def update_me(self, body: LocaleChange) -> Me:
        """Set the caller's language.

        Personal access tokens are not accepted: sign in."""
        return cast("Me", self._transport.request("PATCH", "/me", body=body).body)

    def list_tokens(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name"] | None = None,
    ) -> TokenPage:
        """List the caller's personal access tokens.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "TokenPage",
            self._transport.request("GET", "/me/tokens", query={"limit": limit, "cursor": cursor, "sort": sort}).body,
        )

    def create_token(self, body: NewToken, *, idempotency_key: str | None = None) -> TokenWithSecret:
        """Create a personal access token.

        The response has the token's secret, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "TokenWithSecret",
            self._transport.request(
                "POST", "/me/tokens", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def delete_token(self, token_id: str) -> None:
        """Delete a personal access token.

        Personal access tokens are not accepted: sign in."""
        self._transport.request("DELETE", f"/me/tokens/{quote(token_id, safe='')}")

    def find_users(self, *, email: str) -> UserList:
        """Find a user by e-mail address.

        For maintainers of a group or project; finds people who share a group with the caller. Others can be invited.

        Needs the token scope `read`.

        At most 30 calls of one user in a minute."""
        return cast("UserList", self._transport.request("GET", "/users", query={"email": email}).body)

    def list_groups(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "path", "-path", "puid", "-puid", "created_at", "-created_at"] | None = None,
    ) -> NamespacePage:
        """List the groups that the caller can see.

        Needs the token scope `read`."""
        return cast(
            "NamespacePage",
            self._transport.request(
                "GET", "/groups", query={"q": q, "limit": limit, "cursor": cursor, "sort": sort}
            ).body,
        )

    def create_group(self, body: NewGroup, *, idempotency_key: str | None = None) -> Namespace:
        """Create a group.

        Everybody can create a top-level group, unless the operator has restricted that; below another group, its
        maintainers can. The caller becomes its owner.

        Needs the token scope `catalog`."""
        return cast(
            "Namespace",
            self._transport.request(
                "POST", "/groups", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def list_projects(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "path", "-path", "puid", "-puid", "created_at", "-created_at"] | None = None,
    ) -> NamespacePage:
        """List the projects that the caller can see.

        Needs the token scope `read`."""
        return cast(
            "NamespacePage",
            self._transport.request(
                "GET", "/projects", query={"q": q, "limit": limit, "cursor": cursor, "sort": sort}
            ).body,
        )

    def create_project(self, body: NewProject, *, idempotency_key: str | None = None) -> Namespace:
        """Create a project in a group.

        For maintainers of the group. The caller becomes the project's owner.

        Needs the token scope `catalog`."""
        return cast(
            "Namespace",
            self._transport.request(
                "POST", "/projects", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def get_namespace(self, namespace_id: str) -> Namespace:
        """Get a group or project.

        Needs the token scope `read`."""
        return cast("Namespace", self._transport.request("GET", f"/namespaces/{quote(namespace_id, safe='')}").body)

    def list_members(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["role", "-role", "user_id", "-user_id"] | None = None,
    ) -> MemberPage:
        """List the members of a group or project.

        For maintainers. Members inherited from groups above are listed there.

        Needs the token scope `read`."""
        return cast(
            "MemberPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/members",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def put_member(self, namespace_id: str, user_id: str, body: RoleGrant) -> Member:
        """Add a member or change a role.

        For maintainers; nobody can grant a role above or for longer than their own, or change their own membership.

        Needs the token scope `catalog`."""
        return cast(
            "Member",
            self._transport.request(
                "PUT", f"/namespaces/{quote(namespace_id, safe='')}/members/{quote(user_id, safe='')}", body=body
            ).body,
        )

    def delete_member(self, namespace_id: str, user_id: str) -> None:
        """Remove a member.

        Needs the token scope `catalog`."""
        self._transport.request(
            "DELETE", f"/namespaces/{quote(namespace_id, safe='')}/members/{quote(user_id, safe='')}"
        )

    def list_invitations(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "email", "-email"] | None = None,
    ) -> InvitationPage:
        """List the invitations to a group or project.

        For maintainers. Those that are no longer valid are listed until they are deleted.

        Needs the token scope `read`."""
        return cast(
            "InvitationPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/invitations",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_invitation(self, namespace_id: str, body: NewInvitation) -> Invitation:
        """Invite the person of an e-mail address.

        For maintainers; nobody can grant a role above or for longer than their own. The person becomes a member when
        they sign in with this address, also if they have done so before; a later invitation replaces an earlier one.
        No e-mail is sent.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return cast(
            "Invitation",
            self._transport.request(
                "POST", f"/namespaces/{quote(namespace_id, safe='')}/invitations", body=body, repeatable=False
            ).body,
        )

    def delete_invitation(self, namespace_id: str, invitation_id: str) -> None:
        """Withdraw an invitation.

        Needs the token scope `catalog`."""
        self._transport.request(
            "DELETE", f"/namespaces/{quote(namespace_id, safe='')}/invitations/{quote(invitation_id, safe='')}"
        )

    def list_links(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["role", "-role", "group_id", "-group_id"] | None = None,
    ) -> GroupLinkPage:
        """List the groups that a group or project is shared with.

        For maintainers. What groups above are shared with is listed there.

        Needs the token scope `read`."""
        return cast(
            "GroupLinkPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/links",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def put_link(self, namespace_id: str, group_id: str, body: RoleGrant) -> GroupLink:
        """Share a group or project with a group.

        For owners. Members of the group get their role there, at most the role given here.

        Needs the token scope `catalog`."""
        return cast(
            "GroupLink",
            self._transport.request(
                "PUT", f"/namespaces/{quote(namespace_id, safe='')}/links/{quote(group_id, safe='')}", body=body
            ).body,
        )

    def delete_link(self, namespace_id: str, group_id: str) -> None:
        """Stop sharing a group or project with a group.

        Needs the token scope `catalog`."""
        self._transport.request(
            "DELETE", f"/namespaces/{quote(namespace_id, safe='')}/links/{quote(group_id, safe='')}"
        )

    def list_samples(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "puid", "-puid", "created_at", "-created_at", "updated_at", "-updated_at"]
        | None = None,
    ) -> SamplePage:
        """List the samples of a group or project.

        Of a group: those of all projects below it and of those shared with it, as far as the caller may see them.

        Needs the token scope `read`."""
        return cast(
            "SamplePage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/samples",
                query={"q": q, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def query_samples(self, namespace_id: str, body: SampleQuery) -> SampleQueryPage:
        """Find samples by metadata.

        Filters and sorts the samples of a group or project (as listed by `GET`) by any column. Responds `not-indexed`
        while thousands of samples that were just added are being indexed; try again after some seconds.

        Needs the token scope `read`.

        At most 240 calls of one user in a minute."""
        return cast(
            "SampleQueryPage",
            self._transport.request(
                "POST", f"/namespaces/{quote(namespace_id, safe='')}/samples/query", body=body, repeatable=False
            ).body,
        )

    def count_files(self, namespace_id: str, body: SampleIds) -> SampleFilesList:
        """Count the files of samples.

        Of up to 100 samples that the list of this group or project has; others are not in the response. Files that
        are still being uploaded don't count.

        Needs the token scope `read`.

        At most 240 calls of one user in a minute."""
        return cast(
            "SampleFilesList",
            self._transport.request(
                "POST", f"/namespaces/{quote(namespace_id, safe='')}/samples/file-counts", body=body, repeatable=False
            ).body,
        )

    def create_sample(self, project_id: str, body: NewSample, *, idempotency_key: str | None = None) -> Sample:
        """Create a sample.

        For uploaders and above.

        Needs the token scope `catalog`."""
        return cast(
            "Sample",
            self._transport.request(
                "POST",
                f"/projects/{quote(project_id, safe='')}/samples",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def create_samples(self, project_id: str, body: NewSamples, *, idempotency_key: str | None = None) -> SampleBatch:
        """Create up to 1,000 samples.

        All are validated before any is written. If the service fails half-way, the same request with the same
        Idempotency-Key completes it.

        Needs the token scope `catalog`."""
        return cast(
            "SampleBatch",
            self._transport.request(
                "POST",
                f"/projects/{quote(project_id, safe='')}/samples/batch",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def get_sample(self, sample_id: str) -> Sample:
        """Get a sample.

        Needs the token scope `read`."""
        return cast("Sample", self._transport.request("GET", f"/samples/{quote(sample_id, safe='')}").body)

    def update_sample(self, sample_id: str, body: SampleChange) -> Sample:
        """Change a sample's name or description.

        Needs the token scope `catalog`."""
        return cast("Sample", self._transport.request("PATCH", f"/samples/{quote(sample_id, safe='')}", body=body).body)

    def delete_sample(self, sample_id: str) -> None:
        """Delete a sample and its files.

        For maintainers. Uploaded content is deleted some days later, registered objects stay where they are in S3.

        Needs the token scope `catalog`."""
        self._transport.request("DELETE", f"/samples/{quote(sample_id, safe='')}")

    def update_metadata(self, sample_id: str, body: MetadataChange) -> Sample:
        """Change a sample's metadata.

        Sets the given fields, removes those that are null, and keeps all others. Field names are lower-cased.

        Needs the token scope `catalog`."""
        return cast(
            "Sample", self._transport.request("PATCH", f"/samples/{quote(sample_id, safe='')}/metadata", body=body).body
        )

    def list_metadata_fields(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "samples", "-samples"] | None = None,
    ) -> MetadataFieldPage:
        """List the metadata fields in use, and how many samples have a value.

        Needs the token scope `read`."""
        return cast(
            "MetadataFieldPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/metadata-fields",
                query={"q": q, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def list_metadata_templates(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "created_at", "-created_at"] | None = None,
    ) -> MetadataTemplatePage:
        """List the metadata templates of a group or project, and of the groups above it.

        Needs the token scope `read`."""
        return cast(
            "MetadataTemplatePage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/metadata-templates",
                query={"q": q, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_metadata_template(
        self, namespace_id: str, body: NewTemplate, *, idempotency_key: str | None = None
    ) -> MetadataTemplate:
        """Create a metadata template.

        For maintainers.

        Needs the token scope `catalog`."""
        return cast(
            "MetadataTemplate",
            self._transport.request(
                "POST",
                f"/namespaces/{quote(namespace_id, safe='')}/metadata-templates",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def update_metadata_template(self, namespace_id: str, template_id: str, body: TemplateChange) -> MetadataTemplate:
        """Change a metadata template's name or fields.

        Needs the token scope `catalog`."""
        return cast(
            "MetadataTemplate",
            self._transport.request(
                "PATCH",
                f"/namespaces/{quote(namespace_id, safe='')}/metadata-templates/{quote(template_id, safe='')}",
                body=body,
            ).body,
        )

    def delete_metadata_template(self, namespace_id: str, template_id: str) -> None:
        """Delete a metadata template.

        Needs the token scope `catalog`."""
        self._transport.request(
            "DELETE", f"/namespaces/{quote(namespace_id, safe='')}/metadata-templates/{quote(template_id, safe='')}"
        )

    def list_files(
        self,
        sample_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "filename", "-filename", "size", "-size"] | None = None,
    ) -> FilePage:
        """List the files of a sample.

        Needs the token scope `read`."""
        return cast(
            "FilePage",
            self._transport.request(
                "GET",
                f"/samples/{quote(sample_id, safe='')}/files",
                query={"q": q, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_file(self, sample_id: str, body: NewFile, *, idempotency_key: str | None = None) -> FileUpload:
        """Create a file to upload.

        For uploaders and above. The response has presigned URLs: PUT each part to its URL with its headers, then
        complete the file. Files of up to 64 MiB have one part.

        Needs the token scope `catalog`."""
        return cast(
            "FileUpload",
            self._transport.request(
                "POST",
                f"/samples/{quote(sample_id, safe='')}/files",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def get_upload(self, file_id: str) -> FileUpload:
        """Get fresh URLs for the parts that are still missing, to resume an upload.

        Needs the token scope `read`."""
        return cast("FileUpload", self._transport.request("GET", f"/files/{quote(file_id, safe='')}/upload").body)

    def complete_file(self, file_id: str, body: CompletedParts) -> File:
        """Complete an upload.

        Verifies size and checksums; then the file is visible. The list of parts is optional: S3 knows them.

        Needs the token scope `catalog`."""
        return cast(
            "File", self._transport.request("POST", f"/files/{quote(file_id, safe='')}/complete", body=body).body
        )

    def update_file(self, file_id: str, body: FileChange) -> File:
        """Pair a file with another of its sample, or dissolve the pair.

        Needs the token scope `catalog`."""
        return cast("File", self._transport.request("PATCH", f"/files/{quote(file_id, safe='')}", body=body).body)

    def delete_file(self, file_id: str) -> None:
        """Delete a file.

        For maintainers; for uploaders too while the upload is not complete. Uploaded content is deleted some days
        later, registered objects stay where they are.

        Needs the token scope `catalog`."""
        self._transport.request("DELETE", f"/files/{quote(file_id, safe='')}")

    def register_file(self, sample_id: str, body: FileRegistration, *, idempotency_key: str | None = None) -> File:
        """Register an object in S3 as a file.

        Nothing is copied, and deleting the file never removes the object. It must be under a bucket and prefix that
        the operator allows for this project, or be that of a file that the caller may read as analyst.

        Needs the token scope `catalog`."""
        return cast(
            "File",
            self._transport.request(
                "POST",
                f"/samples/{quote(sample_id, safe='')}/files/register",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def import_samplesheet(
        self, project_id: str, body: ImportRequest, *, idempotency_key: str | None = None
    ) -> DryRun | StartedImport:
        """Import a samplesheet, or try it out.

        For analysts and above. With `dry_run` the response reports what an import would do and all errors of the
        sheet; nothing is written. Without it, the import runs in the background: poll the `Location`.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return cast(
            "DryRun | StartedImport",
            self._transport.request(
                "POST",
                f"/projects/{quote(project_id, safe='')}/import",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def list_sources(self, namespace_id: str) -> SourceList:
        """List the sources of a group or project.

        For uploaders and above: where in S3 objects lie that can be registered here. Operators bind sources.

        Needs the token scope `read`."""
        return cast(
            "SourceList", self._transport.request("GET", f"/namespaces/{quote(namespace_id, safe='')}/sources").body
        )

    def get_import(self, import_id: str) -> Import:
        """Get an import and its progress.

        Needs the token scope `read`."""
        return cast("Import", self._transport.request("GET", f"/imports/{quote(import_id, safe='')}").body)

    def list_workflow_executions(
        self,
        *,
        q: str | None = None,
        state: Literal[
            "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name", "state", "-state", "updated_at", "-updated_at"]
        | None = None,
    ) -> WorkflowExecutionPage:
        """List the workflow executions that the caller submitted.

        Needs the token scope `read`."""
        return cast(
            "WorkflowExecutionPage",
            self._transport.request(
                "GET",
                "/workflow-executions",
                query={"q": q, "state": state, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_workflow_execution(self, body: NewExecution, *, idempotency_key: str | None = None) -> WorkflowExecution:
        """Record a workflow execution.

        For analysts and above of the namespace. With an `output_uri`, the end of a run of AWS HealthOmics that writes
        there completes it.

        Needs the token scope `catalog`."""
        return cast(
            "WorkflowExecution",
            self._transport.request(
                "POST", "/workflow-executions", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def list_namespace_workflow_executions(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        state: Literal[
            "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name", "state", "-state", "updated_at", "-updated_at"]
        | None = None,
    ) -> WorkflowExecutionPage:
        """List the workflow executions that are open to a group's or project's members.

        Of a project: automated and shared ones; of a group: shared ones.

        Needs the token scope `read`."""
        return cast(
            "WorkflowExecutionPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/workflow-executions",
                query={"q": q, "state": state, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def get_workflow_execution(self, execution_id: str, *, cursor: str | None = None) -> WorkflowExecutionDetail:
        """Get a workflow execution with its samples and outputs.

        Needs the token scope `read`."""
        return cast(
            "WorkflowExecutionDetail",
            self._transport.request(
                "GET", f"/workflow-executions/{quote(execution_id, safe='')}", query={"cursor": cursor}
            ).body,
        )

    def update_workflow_execution(self, execution_id: str, body: StateChange) -> WorkflowExecution:
        """Set the state of a workflow execution.

        Needs the token scope `catalog`."""
        return cast(
            "WorkflowExecution",
            self._transport.request("PATCH", f"/workflow-executions/{quote(execution_id, safe='')}", body=body).body,
        )

    def complete_workflow_execution(self, execution_id: str, body: Completion) -> WorkflowExecution:
        """Read the results of a workflow execution.

        In the background, from its folder in S3: if `iridanext.output.json` is there, the files that it names become
        outputs and its metadata is written to the samples; else all files of the folder become outputs. Then the
        execution is completed: poll the `Location`. Its `results` say what was read. May be repeated.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return cast(
            "WorkflowExecution",
            self._transport.request(
                "POST", f"/workflow-executions/{quote(execution_id, safe='')}/complete", body=body, repeatable=False
            ).body,
        )

    def register_output(
        self, execution_id: str, body: OutputRegistration, *, idempotency_key: str | None = None
    ) -> Output:
        """Register an object in S3 as an output.

        Of the run, or of one of its samples (`sample_id`). Nothing is copied; the same rule as for files holds.

        Needs the token scope `catalog`."""
        return cast(
            "Output",
            self._transport.request(
                "POST",
                f"/workflow-executions/{quote(execution_id, safe='')}/outputs/register",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def create_export(
        self,
        body: SampleExportRequest | LinelistExportRequest | AnalysisExportRequest,
        *,
        idempotency_key: str | None = None,
    ) -> Export:
        """Create an export.

        The files of samples (`sample`), a table of their metadata (`linelist`), or the outputs of workflow executions
        (`analysis`), for analysts and above. It is assembled in the background: poll the `Location` until its status
        is `ready` or `failed`.

        Needs the token scope `export`.

        At most 120 calls of one user in a minute."""
        return cast(
            "Export",
            self._transport.request(
                "POST", "/exports", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def list_exports(
        self,
        *,
        q: str | None = None,
        type: Literal["sample", "linelist", "analysis"] | None = None,
        status: Literal["processing", "ready", "failed"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal[
            "id",
            "-id",
            "name",
            "-name",
            "type",
            "-type",
            "status",
            "-status",
            "created_at",
            "-created_at",
            "expires_at",
            "-expires_at",
        ]
        | None = None,
    ) -> ExportPage:
        """List the caller's exports.

        Needs the token scope `read`."""
        return cast(
            "ExportPage",
            self._transport.request(
                "GET",
                "/exports",
                query={"q": q, "type": type, "status": status, "limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def repeat_export(self, export_id: str, *, idempotency_key: str | None = None) -> Export:
        """Create an export again.

        With the same parameters, name and notification as one of the caller's, which may be removed or expired: its
        request is kept for 14 days. A selection is evaluated again; what can no longer be exported is listed among
        the warnings.

        Needs the token scope `export`.

        At most 120 calls of one user in a minute."""
        return cast(
            "Export",
            self._transport.request(
                "POST",
                f"/exports/{quote(export_id, safe='')}/repeat",
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def estimate_export(self, body: SampleExportRequest | LinelistExportRequest | AnalysisExportRequest) -> Estimate:
        """Estimate an export.

        Takes the same body as creating one, counts samples, files and bytes, and creates nothing.

        Needs the token scope `read`.

        At most 120 calls of one user in a minute."""
        return cast("Estimate", self._transport.request("POST", "/exports/estimate", body=body).body)

    def get_export(self, export_id: str) -> Export:
        """Get an export and its progress.

        Needs the token scope `read`."""
        return cast("Export", self._transport.request("GET", f"/exports/{quote(export_id, safe='')}").body)

    def delete_export(self, export_id: str) -> None:
        """Delete an export.

        Stops the work on it if it is not ready yet.

        Needs the token scope `export`."""
        self._transport.request("DELETE", f"/exports/{quote(export_id, safe='')}")

    def retry_export(self, export_id: str) -> Export:
        """Retry a failed export.

        Needs the token scope `export`."""
        return cast(
            "Export",
            self._transport.request("POST", f"/exports/{quote(export_id, safe='')}/retry", repeatable=False).body,
        )

    def extend_export(self, export_id: str) -> Export:
        """Extend a ready export by three business days, once.

        Needs the token scope `export`."""
        return cast(
            "Export",
            self._transport.request("POST", f"/exports/{quote(export_id, safe='')}/extend", repeatable=False).body,
        )

    def get_export_preview(
        self, export_id: str, *, q: str | None = None, path: str | None = None, cursor: str | None = None
    ) -> Preview:
        """Get the contents of an archive as a tree.

        The manifest as a whole, up to 5,000 files and 4 MiB; of a larger one its first level, and the rest folder by
        folder (`path`). Linelists have no preview.

        Needs the token scope `read`."""
        return cast(
            "Preview",
            self._transport.request(
                "GET", f"/exports/{quote(export_id, safe='')}/preview", query={"q": q, "path": path, "cursor": cursor}
            ).body,
        )

    def list_export_warnings(
        self,
        export_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["position", "-position"] | None = None,
    ) -> SkippedItemPage:
        """List the requested items that an export does not contain, and why.

        Needs the token scope `read`."""
        return cast(
            "SkippedItemPage",
            self._transport.request(
                "GET",
                f"/exports/{quote(export_id, safe='')}/warnings",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_download_link(self, export_id: str) -> Download:
        """Get a presigned URL of the file, valid for 15 minutes.

        S3 answers range requests at this URL, so that downloads resume.

        Needs the token scope `read`."""
        return cast("Download", self._transport.request("POST", f"/exports/{quote(export_id, safe='')}/download").body)

    def list_export_files(
        self, export_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> ExportFilePage:
        """List the files of an export that assembles none, with presigned URLs.

        Of exports with the packaging `manifest`. URLs are valid for 15 minutes: request a page when its files are
        downloaded. The caller's access to the sources is checked for each page.

        Needs the token scope `read`.

        At most 120 calls of one user in a minute."""
        return cast(
            "ExportFilePage",
            self._transport.request(
                "GET", f"/exports/{quote(export_id, safe='')}/files", query={"limit": limit, "cursor": cursor}
            ).body,
        )

    def list_export_events(
        self,
        export_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["at", "-at"] | None = None,
    ) -> EventPage:
        """List the events of an export, also after it is gone.

        Needs the token scope `read`."""
        return cast(
            "EventPage",
            self._transport.request(
                "GET",
                f"/exports/{quote(export_id, safe='')}/events",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def list_namespace_export_events(
        self, namespace_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> NamespaceEventPage:
        """List the events of the exports of a group or project, newest first.

        For maintainers.

        Needs the token scope `read`."""
        return cast(
            "NamespaceEventPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/export-events",
                query={"limit": limit, "cursor": cursor},
            ).body,
        )

    def list_webhooks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> WebhookPage:
        """List the caller's webhooks.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "WebhookPage",
            self._transport.request("GET", "/me/webhooks", query={"limit": limit, "cursor": cursor, "sort": sort}).body,
        )

    def create_webhook(self, body: NewWebhook, *, idempotency_key: str | None = None) -> WebhookWithSecret:
        """Create a webhook for the caller's exports and workflow executions.

        The response has the secret that requests are signed with, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "WebhookWithSecret",
            self._transport.request(
                "POST", "/me/webhooks", body=body, idempotency_key=idempotency_key or new_idempotency_key()
            ).body,
        )

    def list_namespace_webhooks(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> WebhookPage:
        """List the webhooks of a group or project.

        For maintainers.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "WebhookPage",
            self._transport.request(
                "GET",
                f"/namespaces/{quote(namespace_id, safe='')}/webhooks",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def create_namespace_webhook(
        self, namespace_id: str, body: NewWebhook, *, idempotency_key: str | None = None
    ) -> WebhookWithSecret:
        """Create a webhook for what happens in a group or project, and in all below it.

        For maintainers. It is disabled when its creator is none any more. The response has the secret that requests
        are signed with, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "WebhookWithSecret",
            self._transport.request(
                "POST",
                f"/namespaces/{quote(namespace_id, safe='')}/webhooks",
                body=body,
                idempotency_key=idempotency_key or new_idempotency_key(),
            ).body,
        )

    def update_webhook(self, webhook_id: str, body: WebhookChange) -> Webhook:
        """Change a webhook, or disable or enable it.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "Webhook", self._transport.request("PATCH", f"/webhooks/{quote(webhook_id, safe='')}", body=body).body
        )

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook.

        What is still to be sent to it is not sent.

        Personal access tokens are not accepted: sign in."""
        self._transport.request("DELETE", f"/webhooks/{quote(webhook_id, safe='')}")

    def rotate_webhook_secret(self, webhook_id: str) -> WebhookWithSecret:
        """Give a webhook another secret.

        For 24 hours, requests are signed with the old one, too.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "WebhookWithSecret",
            self._transport.request(
                "POST", f"/webhooks/{quote(webhook_id, safe='')}/rotate-secret", repeatable=False
            ).body,
        )

    def send_test_event(self, webhook_id: str) -> Delivery:
        """Send an event of the type `test` to a webhook.

        In the background: the webhook's deliveries show the result.

        Personal access tokens are not accepted: sign in.

        At most 10 calls of one user in a minute."""
        return cast(
            "Delivery",
            self._transport.request("POST", f"/webhooks/{quote(webhook_id, safe='')}/test", repeatable=False).body,
        )

    def list_webhook_deliveries(
        self,
        webhook_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> DeliveryPage:
        """List what was sent to a webhook, and what is still to be sent.

        Of the last 30 days, at most 500.

        Personal access tokens are not accepted: sign in."""
        return cast(
            "DeliveryPage",
            self._transport.request(
                "GET",
                f"/webhooks/{quote(webhook_id, safe='')}/deliveries",
                query={"limit": limit, "cursor": cursor, "sort": sort},
            ).body,
        )

    def retry_webhook_delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a failed delivery again.

        Personal access tokens are not accepted: sign in.

        At most 60 calls of one user in a minute."""
        return cast(
            "Delivery",
            self._transport.request(
                "POST",
                f"/webhooks/{quote(webhook_id, safe='')}/deliveries/{quote(delivery_id, safe='')}/retry",
                repeatable=False,
            ).body,
        )

    def get_health(self) -> Health:
        """Check that the service is up."""
        return cast("Health", self._transport.request("GET", "/health").body)

    def get_sign_in(self) -> SignIn:
        """Get the settings for signing in.

        Clients that sign users in (authorization code with PKCE) read the issuer's endpoints here."""
        return cast("SignIn", self._transport.request("GET", "/sign-in").body)

    def get_openapi(self) -> dict[str, Any]:
        """Get this API's description (OpenAPI 3.1)."""
        return cast("dict[str, Any]", self._transport.request("GET", "/openapi.json").body)


class AsyncOperations:
    """The same, in threads of asyncio's default executor."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    async def get_me(self) -> Me:
        """Get the caller.

        Invitations to the caller's address take effect.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_me)

    async def update_me(self, body: LocaleChange) -> Me:
        """Set the caller's language.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.update_me, body)

    async def list_tokens(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name"] | None = None,
    ) -> TokenPage:
        """List the caller's personal access tokens.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.list_tokens, limit=limit, cursor=cursor, sort=sort)

    async def create_token(self, body: NewToken, *, idempotency_key: str | None = None) -> TokenWithSecret:
        """Create a personal access token.

        The response has the token's secret, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.create_token, body, idempotency_key=idempotency_key)

    async def delete_token(self, token_id: str) -> None:
        """Delete a personal access token.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.delete_token, token_id)

    async def find_users(self, *, email: str) -> UserList:
        """Find a user by e-mail address.

        For maintainers of a group or project; finds people who share a group with the caller. Others can be invited.

        Needs the token scope `read`.

        At most 30 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.find_users, email=email)

    async def list_groups(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "path", "-path", "puid", "-puid", "created_at", "-created_at"] | None = None,
    ) -> NamespacePage:
        """List the groups that the caller can see.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.list_groups, q=q, limit=limit, cursor=cursor, sort=sort)

    async def create_group(self, body: NewGroup, *, idempotency_key: str | None = None) -> Namespace:
        """Create a group.

        Everybody can create a top-level group, unless the operator has restricted that; below another group, its
        maintainers can. The caller becomes its owner.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.create_group, body, idempotency_key=idempotency_key)

    async def list_projects(
        self,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "path", "-path", "puid", "-puid", "created_at", "-created_at"] | None = None,
    ) -> NamespacePage:
        """List the projects that the caller can see.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.list_projects, q=q, limit=limit, cursor=cursor, sort=sort)

    async def create_project(self, body: NewProject, *, idempotency_key: str | None = None) -> Namespace:
        """Create a project in a group.

        For maintainers of the group. The caller becomes the project's owner.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.create_project, body, idempotency_key=idempotency_key)

    async def get_namespace(self, namespace_id: str) -> Namespace:
        """Get a group or project.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_namespace, namespace_id)

    async def list_members(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["role", "-role", "user_id", "-user_id"] | None = None,
    ) -> MemberPage:
        """List the members of a group or project.

        For maintainers. Members inherited from groups above are listed there.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_members, namespace_id, limit=limit, cursor=cursor, sort=sort
        )

    async def put_member(self, namespace_id: str, user_id: str, body: RoleGrant) -> Member:
        """Add a member or change a role.

        For maintainers; nobody can grant a role above or for longer than their own, or change their own membership.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.put_member, namespace_id, user_id, body)

    async def delete_member(self, namespace_id: str, user_id: str) -> None:
        """Remove a member.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_member, namespace_id, user_id)

    async def list_invitations(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "email", "-email"] | None = None,
    ) -> InvitationPage:
        """List the invitations to a group or project.

        For maintainers. Those that are no longer valid are listed until they are deleted.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_invitations, namespace_id, limit=limit, cursor=cursor, sort=sort
        )

    async def create_invitation(self, namespace_id: str, body: NewInvitation) -> Invitation:
        """Invite the person of an e-mail address.

        For maintainers; nobody can grant a role above or for longer than their own. The person becomes a member when
        they sign in with this address, also if they have done so before; a later invitation replaces an earlier one.
        No e-mail is sent.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.create_invitation, namespace_id, body)

    async def delete_invitation(self, namespace_id: str, invitation_id: str) -> None:
        """Withdraw an invitation.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_invitation, namespace_id, invitation_id)

    async def list_links(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["role", "-role", "group_id", "-group_id"] | None = None,
    ) -> GroupLinkPage:
        """List the groups that a group or project is shared with.

        For maintainers. What groups above are shared with is listed there.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.list_links, namespace_id, limit=limit, cursor=cursor, sort=sort)

    async def put_link(self, namespace_id: str, group_id: str, body: RoleGrant) -> GroupLink:
        """Share a group or project with a group.

        For owners. Members of the group get their role there, at most the role given here.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.put_link, namespace_id, group_id, body)

    async def delete_link(self, namespace_id: str, group_id: str) -> None:
        """Stop sharing a group or project with a group.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_link, namespace_id, group_id)

    async def list_samples(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "puid", "-puid", "created_at", "-created_at", "updated_at", "-updated_at"]
        | None = None,
    ) -> SamplePage:
        """List the samples of a group or project.

        Of a group: those of all projects below it and of those shared with it, as far as the caller may see them.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_samples, namespace_id, q=q, limit=limit, cursor=cursor, sort=sort
        )

    async def query_samples(self, namespace_id: str, body: SampleQuery) -> SampleQueryPage:
        """Find samples by metadata.

        Filters and sorts the samples of a group or project (as listed by `GET`) by any column. Responds `not-indexed`
        while thousands of samples that were just added are being indexed; try again after some seconds.

        Needs the token scope `read`.

        At most 240 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.query_samples, namespace_id, body)

    async def count_files(self, namespace_id: str, body: SampleIds) -> SampleFilesList:
        """Count the files of samples.

        Of up to 100 samples that the list of this group or project has; others are not in the response. Files that
        are still being uploaded don't count.

        Needs the token scope `read`.

        At most 240 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.count_files, namespace_id, body)

    async def create_sample(self, project_id: str, body: NewSample, *, idempotency_key: str | None = None) -> Sample:
        """Create a sample.

        For uploaders and above.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(
            self._operations.create_sample, project_id, body, idempotency_key=idempotency_key
        )

    async def create_samples(
        self, project_id: str, body: NewSamples, *, idempotency_key: str | None = None
    ) -> SampleBatch:
        """Create up to 1,000 samples.

        All are validated before any is written. If the service fails half-way, the same request with the same
        Idempotency-Key completes it.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(
            self._operations.create_samples, project_id, body, idempotency_key=idempotency_key
        )

    async def get_sample(self, sample_id: str) -> Sample:
        """Get a sample.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_sample, sample_id)

    async def update_sample(self, sample_id: str, body: SampleChange) -> Sample:
        """Change a sample's name or description.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.update_sample, sample_id, body)

    async def delete_sample(self, sample_id: str) -> None:
        """Delete a sample and its files.

        For maintainers. Uploaded content is deleted some days later, registered objects stay where they are in S3.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_sample, sample_id)

    async def update_metadata(self, sample_id: str, body: MetadataChange) -> Sample:
        """Change a sample's metadata.

        Sets the given fields, removes those that are null, and keeps all others. Field names are lower-cased.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.update_metadata, sample_id, body)

    async def list_metadata_fields(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "samples", "-samples"] | None = None,
    ) -> MetadataFieldPage:
        """List the metadata fields in use, and how many samples have a value.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_metadata_fields, namespace_id, q=q, limit=limit, cursor=cursor, sort=sort
        )

    async def list_metadata_templates(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["name", "-name", "created_at", "-created_at"] | None = None,
    ) -> MetadataTemplatePage:
        """List the metadata templates of a group or project, and of the groups above it.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_metadata_templates, namespace_id, q=q, limit=limit, cursor=cursor, sort=sort
        )

    async def create_metadata_template(
        self, namespace_id: str, body: NewTemplate, *, idempotency_key: str | None = None
    ) -> MetadataTemplate:
        """Create a metadata template.

        For maintainers.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(
            self._operations.create_metadata_template, namespace_id, body, idempotency_key=idempotency_key
        )

    async def update_metadata_template(
        self, namespace_id: str, template_id: str, body: TemplateChange
    ) -> MetadataTemplate:
        """Change a metadata template's name or fields.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.update_metadata_template, namespace_id, template_id, body)

    async def delete_metadata_template(self, namespace_id: str, template_id: str) -> None:
        """Delete a metadata template.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_metadata_template, namespace_id, template_id)

    async def list_files(
        self,
        sample_id: str,
        *,
        q: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "filename", "-filename", "size", "-size"] | None = None,
    ) -> FilePage:
        """List the files of a sample.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_files, sample_id, q=q, limit=limit, cursor=cursor, sort=sort
        )

    async def create_file(self, sample_id: str, body: NewFile, *, idempotency_key: str | None = None) -> FileUpload:
        """Create a file to upload.

        For uploaders and above. The response has presigned URLs: PUT each part to its URL with its headers, then
        complete the file. Files of up to 64 MiB have one part.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.create_file, sample_id, body, idempotency_key=idempotency_key)

    async def get_upload(self, file_id: str) -> FileUpload:
        """Get fresh URLs for the parts that are still missing, to resume an upload.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_upload, file_id)

    async def complete_file(self, file_id: str, body: CompletedParts) -> File:
        """Complete an upload.

        Verifies size and checksums; then the file is visible. The list of parts is optional: S3 knows them.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.complete_file, file_id, body)

    async def update_file(self, file_id: str, body: FileChange) -> File:
        """Pair a file with another of its sample, or dissolve the pair.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.update_file, file_id, body)

    async def delete_file(self, file_id: str) -> None:
        """Delete a file.

        For maintainers; for uploaders too while the upload is not complete. Uploaded content is deleted some days
        later, registered objects stay where they are.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.delete_file, file_id)

    async def register_file(
        self, sample_id: str, body: FileRegistration, *, idempotency_key: str | None = None
    ) -> File:
        """Register an object in S3 as a file.

        Nothing is copied, and deleting the file never removes the object. It must be under a bucket and prefix that
        the operator allows for this project, or be that of a file that the caller may read as analyst.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.register_file, sample_id, body, idempotency_key=idempotency_key)

    async def import_samplesheet(
        self, project_id: str, body: ImportRequest, *, idempotency_key: str | None = None
    ) -> DryRun | StartedImport:
        """Import a samplesheet, or try it out.

        For analysts and above. With `dry_run` the response reports what an import would do and all errors of the
        sheet; nothing is written. Without it, the import runs in the background: poll the `Location`.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return await asyncio.to_thread(
            self._operations.import_samplesheet, project_id, body, idempotency_key=idempotency_key
        )

    async def list_sources(self, namespace_id: str) -> SourceList:
        """List the sources of a group or project.

        For uploaders and above: where in S3 objects lie that can be registered here. Operators bind sources.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.list_sources, namespace_id)

    async def get_import(self, import_id: str) -> Import:
        """Get an import and its progress.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_import, import_id)

    async def list_workflow_executions(
        self,
        *,
        q: str | None = None,
        state: Literal[
            "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name", "state", "-state", "updated_at", "-updated_at"]
        | None = None,
    ) -> WorkflowExecutionPage:
        """List the workflow executions that the caller submitted.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_workflow_executions, q=q, state=state, limit=limit, cursor=cursor, sort=sort
        )

    async def create_workflow_execution(
        self, body: NewExecution, *, idempotency_key: str | None = None
    ) -> WorkflowExecution:
        """Record a workflow execution.

        For analysts and above of the namespace. With an `output_uri`, the end of a run of AWS HealthOmics that writes
        there completes it.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(
            self._operations.create_workflow_execution, body, idempotency_key=idempotency_key
        )

    async def list_namespace_workflow_executions(
        self,
        namespace_id: str,
        *,
        q: str | None = None,
        state: Literal[
            "initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"
        ]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at", "name", "-name", "state", "-state", "updated_at", "-updated_at"]
        | None = None,
    ) -> WorkflowExecutionPage:
        """List the workflow executions that are open to a group's or project's members.

        Of a project: automated and shared ones; of a group: shared ones.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_namespace_workflow_executions,
            namespace_id,
            q=q,
            state=state,
            limit=limit,
            cursor=cursor,
            sort=sort,
        )

    async def get_workflow_execution(self, execution_id: str, *, cursor: str | None = None) -> WorkflowExecutionDetail:
        """Get a workflow execution with its samples and outputs.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_workflow_execution, execution_id, cursor=cursor)

    async def update_workflow_execution(self, execution_id: str, body: StateChange) -> WorkflowExecution:
        """Set the state of a workflow execution.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(self._operations.update_workflow_execution, execution_id, body)

    async def complete_workflow_execution(self, execution_id: str, body: Completion) -> WorkflowExecution:
        """Read the results of a workflow execution.

        In the background, from its folder in S3: if `iridanext.output.json` is there, the files that it names become
        outputs and its metadata is written to the samples; else all files of the folder become outputs. Then the
        execution is completed: poll the `Location`. Its `results` say what was read. May be repeated.

        Needs the token scope `catalog`.

        At most 60 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.complete_workflow_execution, execution_id, body)

    async def register_output(
        self, execution_id: str, body: OutputRegistration, *, idempotency_key: str | None = None
    ) -> Output:
        """Register an object in S3 as an output.

        Of the run, or of one of its samples (`sample_id`). Nothing is copied; the same rule as for files holds.

        Needs the token scope `catalog`."""
        return await asyncio.to_thread(
            self._operations.register_output, execution_id, body, idempotency_key=idempotency_key
        )

    async def create_export(
        self,
        body: SampleExportRequest | LinelistExportRequest | AnalysisExportRequest,
        *,
        idempotency_key: str | None = None,
    ) -> Export:
        """Create an export.

        The files of samples (`sample`), a table of their metadata (`linelist`), or the outputs of workflow executions
        (`analysis`), for analysts and above. It is assembled in the background: poll the `Location` until its status
        is `ready` or `failed`.

        Needs the token scope `export`.

        At most 120 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.create_export, body, idempotency_key=idempotency_key)

    async def list_exports(
        self,
        *,
        q: str | None = None,
        type: Literal["sample", "linelist", "analysis"] | None = None,
        status: Literal["processing", "ready", "failed"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal[
            "id",
            "-id",
            "name",
            "-name",
            "type",
            "-type",
            "status",
            "-status",
            "created_at",
            "-created_at",
            "expires_at",
            "-expires_at",
        ]
        | None = None,
    ) -> ExportPage:
        """List the caller's exports.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_exports, q=q, type=type, status=status, limit=limit, cursor=cursor, sort=sort
        )

    async def repeat_export(self, export_id: str, *, idempotency_key: str | None = None) -> Export:
        """Create an export again.

        With the same parameters, name and notification as one of the caller's, which may be removed or expired: its
        request is kept for 14 days. A selection is evaluated again; what can no longer be exported is listed among
        the warnings.

        Needs the token scope `export`.

        At most 120 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.repeat_export, export_id, idempotency_key=idempotency_key)

    async def estimate_export(
        self, body: SampleExportRequest | LinelistExportRequest | AnalysisExportRequest
    ) -> Estimate:
        """Estimate an export.

        Takes the same body as creating one, counts samples, files and bytes, and creates nothing.

        Needs the token scope `read`.

        At most 120 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.estimate_export, body)

    async def get_export(self, export_id: str) -> Export:
        """Get an export and its progress.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_export, export_id)

    async def delete_export(self, export_id: str) -> None:
        """Delete an export.

        Stops the work on it if it is not ready yet.

        Needs the token scope `export`."""
        return await asyncio.to_thread(self._operations.delete_export, export_id)

    async def retry_export(self, export_id: str) -> Export:
        """Retry a failed export.

        Needs the token scope `export`."""
        return await asyncio.to_thread(self._operations.retry_export, export_id)

    async def extend_export(self, export_id: str) -> Export:
        """Extend a ready export by three business days, once.

        Needs the token scope `export`."""
        return await asyncio.to_thread(self._operations.extend_export, export_id)

    async def get_export_preview(
        self, export_id: str, *, q: str | None = None, path: str | None = None, cursor: str | None = None
    ) -> Preview:
        """Get the contents of an archive as a tree.

        The manifest as a whole, up to 5,000 files and 4 MiB; of a larger one its first level, and the rest folder by
        folder (`path`). Linelists have no preview.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.get_export_preview, export_id, q=q, path=path, cursor=cursor)

    async def list_export_warnings(
        self,
        export_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["position", "-position"] | None = None,
    ) -> SkippedItemPage:
        """List the requested items that an export does not contain, and why.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_export_warnings, export_id, limit=limit, cursor=cursor, sort=sort
        )

    async def create_download_link(self, export_id: str) -> Download:
        """Get a presigned URL of the file, valid for 15 minutes.

        S3 answers range requests at this URL, so that downloads resume.

        Needs the token scope `read`."""
        return await asyncio.to_thread(self._operations.create_download_link, export_id)

    async def list_export_files(
        self, export_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> ExportFilePage:
        """List the files of an export that assembles none, with presigned URLs.

        Of exports with the packaging `manifest`. URLs are valid for 15 minutes: request a page when its files are
        downloaded. The caller's access to the sources is checked for each page.

        Needs the token scope `read`.

        At most 120 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.list_export_files, export_id, limit=limit, cursor=cursor)

    async def list_export_events(
        self,
        export_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["at", "-at"] | None = None,
    ) -> EventPage:
        """List the events of an export, also after it is gone.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_export_events, export_id, limit=limit, cursor=cursor, sort=sort
        )

    async def list_namespace_export_events(
        self, namespace_id: str, *, limit: int | None = None, cursor: str | None = None
    ) -> NamespaceEventPage:
        """List the events of the exports of a group or project, newest first.

        For maintainers.

        Needs the token scope `read`."""
        return await asyncio.to_thread(
            self._operations.list_namespace_export_events, namespace_id, limit=limit, cursor=cursor
        )

    async def list_webhooks(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> WebhookPage:
        """List the caller's webhooks.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.list_webhooks, limit=limit, cursor=cursor, sort=sort)

    async def create_webhook(self, body: NewWebhook, *, idempotency_key: str | None = None) -> WebhookWithSecret:
        """Create a webhook for the caller's exports and workflow executions.

        The response has the secret that requests are signed with, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.create_webhook, body, idempotency_key=idempotency_key)

    async def list_namespace_webhooks(
        self,
        namespace_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> WebhookPage:
        """List the webhooks of a group or project.

        For maintainers.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(
            self._operations.list_namespace_webhooks, namespace_id, limit=limit, cursor=cursor, sort=sort
        )

    async def create_namespace_webhook(
        self, namespace_id: str, body: NewWebhook, *, idempotency_key: str | None = None
    ) -> WebhookWithSecret:
        """Create a webhook for what happens in a group or project, and in all below it.

        For maintainers. It is disabled when its creator is none any more. The response has the secret that requests
        are signed with, which is never shown again.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(
            self._operations.create_namespace_webhook, namespace_id, body, idempotency_key=idempotency_key
        )

    async def update_webhook(self, webhook_id: str, body: WebhookChange) -> Webhook:
        """Change a webhook, or disable or enable it.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.update_webhook, webhook_id, body)

    async def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook.

        What is still to be sent to it is not sent.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.delete_webhook, webhook_id)

    async def rotate_webhook_secret(self, webhook_id: str) -> WebhookWithSecret:
        """Give a webhook another secret.

        For 24 hours, requests are signed with the old one, too.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(self._operations.rotate_webhook_secret, webhook_id)

    async def send_test_event(self, webhook_id: str) -> Delivery:
        """Send an event of the type `test` to a webhook.

        In the background: the webhook's deliveries show the result.

        Personal access tokens are not accepted: sign in.

        At most 10 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.send_test_event, webhook_id)

    async def list_webhook_deliveries(
        self,
        webhook_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        sort: Literal["created_at", "-created_at"] | None = None,
    ) -> DeliveryPage:
        """List what was sent to a webhook, and what is still to be sent.

        Of the last 30 days, at most 500.

        Personal access tokens are not accepted: sign in."""
        return await asyncio.to_thread(
            self._operations.list_webhook_deliveries, webhook_id, limit=limit, cursor=cursor, sort=sort
        )

    async def retry_webhook_delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a failed delivery again.

        Personal access tokens are not accepted: sign in.

        At most 60 calls of one user in a minute."""
        return await asyncio.to_thread(self._operations.retry_webhook_delivery, webhook_id, delivery_id)

    async def get_health(self) -> Health:
        """Check that the service is up."""
        return await asyncio.to_thread(self._operations.get_health)

    async def get_sign_in(self) -> SignIn:
        """Get the settings for signing in.

        Clients that sign users in (authorization code with PKCE) read the issuer's endpoints here."""
        return await asyncio.to_thread(self._operations.get_sign_in)

    async def get_openapi(self) -> dict[str, Any]:
        """Get this API's description (OpenAPI 3.1)."""
        return await asyncio.to_thread(self._operations.get_openapi)
