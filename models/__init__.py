"""The bundled model directories, each with its card; ``models/default`` is what is served."""
