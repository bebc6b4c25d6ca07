"""What can be wrong with an annotation; the tree stands in the package's docstring."""


class AnnotationError(ValueError):
    """The segments cannot be an annotation."""


class UnknownFormatError(AnnotationError):
    """There is no format of this name."""
