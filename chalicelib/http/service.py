"""Routes about the service itself: `/health`, `/sign-in`."""

from chalice.app import Blueprint, Response

from chalicelib.http.problems import problem_details
from chalicelib.settings import settings


def blueprint() -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/health", methods=["GET"])
    @problem_details
    def health() -> Response:
        return Response({"status": "ok", "version": settings().version})

    @bp.route("/sign-in", methods=["GET"])
    @problem_details
    def sign_in() -> Response:
        s = settings()
        return Response(
            {
                "issuer": s.oidc_issuer,
                "client_id": s.oidc_audience,
                "scope": "openid email profile",
                "authorization_endpoint": s.oidc_authorization_endpoint or None,
                "token_endpoint": s.oidc_token_endpoint or None,
                "end_session_endpoint": s.oidc_end_session_endpoint or None,
            }
        )

    return bp
