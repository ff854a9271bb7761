"""Sign-in with a Cognito user pool of the stack's own, for stages that name no other issuer.

The pool has one app client, for the pages and the command-line client. One redirect URI contains the API's address, so
that it is created after the API, whose functions therefore can't have its id in their environment. They do without:
tokens are for the API if their scopes are those of its resource server, and the API learns the client's id from a
stage variable.
Sources: Cognito Developer Guide, "Understanding the access token", "User pool endpoints and managed login reference";
API Gateway Developer Guide, "Use stage variables".
"""

from dataclasses import Field
from typing import Any

from chalicelib.settings import resource_name

_IDENTIFIER, _SCOPE = "seqport", "api"
# The properties of the resource server, and the scopes of the pages' client.
RESOURCE_SERVER = {
    "Identifier": _IDENTIFIER,
    "Scopes": [{"ScopeName": _SCOPE, "ScopeDescription": "Use the API with all of one's own rights"}],
}
# Where the command-line client waits for the browser; its sign_in.py has the same.
CLIENT_REDIRECT_URI = "http://localhost:47811/signed-in"
SCOPES = ["openid", "email", "profile", f"{_IDENTIFIER}/{_SCOPE}"]
_ISSUER = "https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}"
_DOMAIN = "https://${UserPoolDomain}.auth.${AWS::Region}.amazoncognito.com"
_VALUES = {
    "oidc_issuer": _ISSUER,
    "oidc_audience": _IDENTIFIER,
    "oidc_jwks_uri": f"{_ISSUER}/.well-known/jwks.json",
    "oidc_authorization_endpoint": f"{_DOMAIN}/oauth2/authorize",
    "oidc_token_endpoint": f"{_DOMAIN}/oauth2/token",
    "oidc_userinfo_endpoint": f"{_DOMAIN}/oauth2/userInfo",
    "oidc_end_session_endpoint": f"{_DOMAIN}/logout",
    "oidc_scope": " ".join(SCOPES),
}


def value_of(setting: Field[Any]) -> dict[str, Any]:
    """The template's expression for a setting of the issuer: of the user pool if there is one, else the parameter."""
    pool = _VALUES[setting.name]
    return {
        "Fn::If": ["HasUserPool", {"Fn::Sub": pool} if "${" in pool else pool, {"Ref": resource_name(setting)}],
    }
