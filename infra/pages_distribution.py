"""The pages behind CloudFront: what its distribution serves from a bucket, instead of the API's function.

Each version of the pages has folders of its own, so that an update is one change of the distribution's function, and a
roll-back another. Sources: CloudFront Developer Guide, "CloudFront Functions event structure", "Restrict access to an
Amazon S3 origin", "Use managed cache policies".
"""

from typing import TYPE_CHECKING, Any

from chalicelib.http import site_files as pages

if TYPE_CHECKING:
    from infra.deployment import Client

_CODE = """function handler(event) {
  var request = event.request;
  if (!request.uri.startsWith("/site/")) {
    request.uri = "/html/${PagesVersion}/" + (request.uri === "/reference" ? "reference" : "index") + ".html";
  }
  return request;
}
"""
# The slashes at the end: selecting a part that an empty endpoint does not have would be an error.
_TOKEN_ENDPOINT = {"Fn::Join": ["", [{"Ref": "OidcTokenEndpoint"}, "///"]]}
_TOKEN_HOST = {"Fn::Select": [2, {"Fn::Split": ["/", _TOKEN_ENDPOINT]}]}
_POOL_HOST = {"Fn::Sub": "${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com"}


def function_code() -> dict[str, Any]:
    """The code of the distribution's function, which all paths but those of files lead to a page."""
    return {"Fn::Sub": _CODE}


def headers_policy() -> dict[str, Any]:
    """The headers of pages and files, as the API's function sends them."""
    issuer = {"Fn::Join": ["", ["https://", {"Fn::If": ["HasUserPool", _POOL_HOST, _TOKEN_HOST]}]]}
    sent = pages.headers("${Issuer}", "https://${CatalogBucket}.s3.${AWS::Region}.${AWS::URLSuffix}")
    return {
        "Name": {"Fn::Sub": "${AWS::StackName}-${AWS::Region}-pages"},
        "SecurityHeadersConfig": {
            "ContentSecurityPolicy": {
                "ContentSecurityPolicy": {"Fn::Sub": [sent["Content-Security-Policy"], {"Issuer": issuer}]},
                "Override": True,
            },
            "ContentTypeOptions": {"Override": True},
            "ReferrerPolicy": {"ReferrerPolicy": sent["Referrer-Policy"], "Override": True},
            "StrictTransportSecurity": {
                "AccessControlMaxAgeSec": int(sent["Strict-Transport-Security"].removeprefix("max-age=")),
                "Override": True,
            },
        },
        "CustomHeadersConfig": {
            "Items": [{"Header": name, "Value": sent[name], "Override": True} for name in ("Permissions-Policy",)]
        },
    }


def publish(client: "Client", bucket: str, account: str) -> None:
    """Put the present version of the pages into the bucket."""
    version = pages.site_version()
    files = {f"site/{version}/{name}": (file, pages.FOR_A_YEAR) for name, file in pages.site_files().items()}
    for name in (pages.SHELL, pages.REFERENCE):
        files[f"html/{version}/{name}"] = (pages.SiteFile(pages.rendered(name, ""), pages.HTML), "no-cache")
    s3 = client("s3")
    for key, (file, cache_control) in files.items():
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=file.body.encode(),
            ContentType=file.content_type,
            CacheControl=cache_control,
            ExpectedBucketOwner=account,
        )
