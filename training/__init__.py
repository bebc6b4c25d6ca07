"""From recordings to a model directory: manifest, segments, augmentation, training, calibration,
evaluation, export and the model's card. Needs the ``train`` extra (torch, transformers).
"""
