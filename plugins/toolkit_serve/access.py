"""Who may ask: a shared token, as `Authorization: Bearer TOKEN` or as the password of HTTP Basic.

Basic is what a browser can do without a script: it asks for a name and a password once, and sends them along.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

from toolkit.errors import SpecError
from toolkit_serve.problems import Problem

#: What supervisors ask without a token; everything else, unknown paths included, needs one.
OPEN = frozenset({"/livez", "/healthz", "/readyz"})
CHALLENGES = ("Bearer", 'Basic realm="toolkit", charset="UTF-8"')
#: Printable, so that it fits a header; long enough not to be guessed.
TOKEN = re.compile(r"[!-~]{16,512}")


class Access:
    """Compares tokens in constant time; keeps only the digest of the right one."""

    def __init__(self, token: str) -> None:
        self._digest = hashlib.sha256(token.encode()).digest()

    def check(self, path: str, authorization: bytes) -> None:
        """Raise Problem where the path is not open and the header does not hold the token."""
        if path not in OPEN and not hmac.compare_digest(hashlib.sha256(given(authorization)).digest(), self._digest):
            message = "send the token as Authorization: Bearer TOKEN, or as the password of HTTP Basic"
            raise Problem("unauthorized", message, www_authenticate=CHALLENGES)


def given(authorization: bytes) -> bytes:
    """Return the token in an Authorization header, empty where there is none."""
    scheme, _, rest = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return rest.strip()
    if scheme.lower() == b"basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).partition(b":")[2]
        except binascii.Error:
            return b""
    return b""


def from_environment(name: str, environment: Mapping[str, str]) -> Access | None:
    """Return who may ask: None where `name` is empty, anybody. Raises SpecError where there is no proper token."""
    if not name:
        return None
    token = environment.get(name, "")
    if not TOKEN.fullmatch(token):
        fault = "is not set" if name not in environment else f"holds {len(token)} characters" if token else "is empty"
        raise SpecError(
            f"token_env: the environment variable {name} {fault}; a token is 16 to 512 printable ASCII characters "
            "without spaces",
            f"make one: export {name}=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')",
        )
    return Access(token)
