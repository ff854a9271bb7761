"""Operations about the service itself: `/health`, `/sign-in`, `/openapi.json`."""

from chalice.app import Request

from chalicelib.http.replies import EncodedJson
from chalicelib.http.router import Router
from chalicelib.http.schemas.service import Health, SignIn
from chalicelib.settings import settings

router = Router("Service")


@router.route("GET", "/health", public=True)
def get_health() -> Health:
    """Check that the service is up"""
    return Health(status="ok", version=settings().version)


@router.route("GET", "/sign-in", public=True)
def get_sign_in(request: Request) -> SignIn:
    """Get the settings for signing in

    Clients that sign users in (authorization code with PKCE) read the issuer's endpoints here."""
    s = settings()
    # The client of the stack's own user pool is a stage variable (infra/user_pool.py).
    pages_client = (request.stage_vars or {}).get("PagesClientId")
    return SignIn(
        issuer=s.oidc_issuer,
        client_id=pages_client or s.oidc_client_id or s.oidc_audience.split()[0],
        scope=s.oidc_scope,
        authorization_endpoint=s.oidc_authorization_endpoint or None,
        token_endpoint=s.oidc_token_endpoint or None,
        end_session_endpoint=s.oidc_end_session_endpoint or None,
    )


@router.route("GET", "/openapi.json", public=True)
def get_openapi() -> EncodedJson[dict[str, object]]:
    """Get this API's description (OpenAPI 3.1)"""
    from chalicelib.http.openapi.document import encoded_document  # noqa: PLC0415 - slow, and no other operation needs it

    return EncodedJson(encoded_document())
