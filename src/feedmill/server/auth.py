"""Who may use the operator's page: the token, sessions made from it, and a brake on guessing."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

SESSION_SECONDS = 12 * 3600
MAX_SESSIONS = 32
ATTEMPTS = 10
"""Wrong tokens in a row before the brake holds, and one more each `REFILL` seconds."""

REFILL = 6.0


class Auth:
    """Checks the token and keeps sessions, in memory only: a restart asks for the token again.

    Everybody together has `ATTEMPTS`: a peer's address neither authenticates nor is it kept. The brake slows
    down wrong tokens alone: whoever sends them, a page on the web with an image of our address among them,
    cannot keep the right one out.
    """

    def __init__(self, token: str, clock: Callable[[], float] = time.monotonic) -> None:
        if not token:
            raise ValueError("an empty token would let everybody in")
        self._token = _hash(token)
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self._sessions: dict[bytes, float] = {}
        self._left = float(ATTEMPTS)
        self._since = clock()

    def knows(self, token: str) -> bool:
        """Is it the token? Compared in constant time, whoever asks and however often."""
        return hmac.compare_digest(_hash(token), self._token)

    def brake(self) -> int:
        """Count a wrong token; return the seconds for which its sender is told to wait, 0 for none."""
        now = self._clock()
        self._left = min(float(ATTEMPTS), self._left + (now - self._since) / REFILL)
        self._since = now
        if self._left < 1:
            return max(1, round((1 - self._left) * REFILL))
        self._left -= 1
        return 0

    def open_session(self) -> str:
        """Return the secret of a new session; the oldest goes when there are too many."""
        session = secrets.token_urlsafe(32)
        self._sessions[_hash(session)] = self._clock() + SESSION_SECONDS
        while len(self._sessions) > MAX_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        return session

    def close_session(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(_hash(session), None)

    def has_session(self, session: str) -> bool:
        """Is the session open? Looked up by hash, so timing tells nothing of the secret."""
        key = _hash(session)
        ends = self._sessions.get(key)
        if ends is None:
            return False
        if ends < self._clock():
            del self._sessions[key]
            return False
        return True

    def form_token(self, session: str) -> str:
        """Return what a form of this session must carry, so that no other site can send it."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()

    def is_form_token(self, session: str, given: str) -> bool:
        """Does the form come from a page of this session?"""
        return hmac.compare_digest(self.form_token(session).encode(), given.encode("utf-8", "replace"))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
