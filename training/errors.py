"""The root of what training raises on purpose."""


class TrainingError(Exception):
    """Something that the person at the command line can put right; the message says how."""
