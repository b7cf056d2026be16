"""Let uv and Node trust what the machine trusts: behind a company's proxy their own lists fail."""

from pathlib import Path

BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


def trust(bundle: Path = BUNDLE) -> dict[str, str]:
    """Return the variables to set; none where the system has no list of its own."""
    if not bundle.exists():
        return {}
    return {"UV_SYSTEM_CERTS": "true", "NODE_EXTRA_CA_CERTS": str(bundle)}
