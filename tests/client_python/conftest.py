"""The real server's fixtures, for the tests that need no script."""

from tests.server.conftest import classifier, server, start, tiny_model

__all__ = ["classifier", "server", "start", "tiny_model"]
