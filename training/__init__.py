"""From recordings to a model directory: manifest, segments, augmentation, training, choice of
weights, export, calibration, evaluation and card. Needs the ``train`` extra (torch, transformers).

The contract with whoever serves a model is the model directory; see `training.export`.

Errors:
    * :exc:`training.errors.TrainingError`
        * :exc:`training.manifest.ManifestError` (also a ``ValueError``): a manifest that cannot be
          trained on.
        * :exc:`training.augment_settings.AugmentError` (also a ``ValueError``): no such change of
          segments.
        * :exc:`training.sampler.BatchError` (also a ``ValueError``): too few segments for a batch.
        * :exc:`training.base.BaseError` (also a ``ValueError``): a base that cannot be trained as
          asked.
        * :exc:`training.run.RunError`: a run directory without what is needed.
        * :exc:`training.export.ExportError`: a checkpoint that gives no model directory.
        * :exc:`training.evaluate.EmptySplitError` (also a ``ValueError``): nothing to measure on.
        * :exc:`training.evaluate_command.MissingResultError`: results that are named are not there.
        * :exc:`training.leave_one_out.CorpusError` (also a ``ValueError``): a corpus that cannot be
          held out.
        * :exc:`training.push.PushError`: a model directory that is not whole.
        * :exc:`training.corrections.CorrectionsError`: a folder that holds no corrections.
        * :exc:`training.retrain.RetrainError`: nothing to retrain on, or with.
        * :exc:`training.gate.GateError`: two models that cannot be compared.
        * :exc:`training.retrain_command.NotPromotedError`: the gate held.
        * :exc:`training.retrain_command.LoopError`: a model or store that cannot be used.
"""
