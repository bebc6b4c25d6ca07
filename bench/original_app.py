"""The server of the thesis: Flask around transformers' pipeline, one recording a request.

Served as there, ``gunicorn -w 3 "bench.original_app:create_app('MODEL')"``: every worker has a
model of its own. Kept as small as theirs; for measuring beside ours, not for use.
"""

from __future__ import annotations

import io
import sys
from typing import Final

import soundfile
from flask import Flask, Response, jsonify, request
from transformers import pipeline

LOADED: Final = "a worker has its model"


def create_app(model: str) -> Flask:
    """The application, with its model.

    Args:
        model: a folder with a checkpoint.
    """
    classify = pipeline("audio-classification", model=model, device="cpu")
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> Response:
        # They had ffmpeg decode a file; reading the samples here costs less.
        samples, rate = soundfile.read(io.BytesIO(request.files["file"].read()), dtype="float32")
        return jsonify(classify({"raw": samples, "sampling_rate": rate}))

    sys.stderr.write(f"{LOADED}\n")
    sys.stderr.flush()
    return app
