"""What holds for every test."""

import signal

from hypothesis import settings

# Whoever starts the tests in the background may have Ctrl-C ignored, and started programs inherit
# that; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is the machine's, and says nothing of what is tested.
settings.register_profile("vivavoz", deadline=None)
settings.load_profile("vivavoz")
