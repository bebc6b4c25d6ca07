"""The live service: a browser's microphone in, labels out, over one WebSocket."""
