"""What holds for every test."""

import signal

# Whoever starts the tests in the background may have Ctrl-C ignored, and started programs inherit
# that; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)
