"""The headers of every answer: the page loads nothing from elsewhere, and nobody frames it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from aiohttp import hdrs, web

POLICY: Final = MappingProxyType(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self'",
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        # A text that is put into the page as HTML is an error, not a script.
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
)
"""What a browser lets the page do."""

DENIED: Final = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "midi", "payment", "serial", "usb"),
)
"""What the page never asks for, nor anything that is put into it."""

HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": "; ".join(f"{name} {of}" for name, of in POLICY.items()),
        "Permissions-Policy": ", ".join(["microphone=(self)", *(f"{name}=()" for name in DENIED)]),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        hdrs.SERVER: "vivavoz",
    }
)
"""On every answer."""


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add them. What does not say how it may be kept is not kept."""
    response.headers.update(HEADERS)
    response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
