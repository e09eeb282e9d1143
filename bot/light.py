"""Rasa without TensorFlow, for serving.

``rasa.utils.train_utils`` imports two modules that subclass Keras classes; they serve DIET and TED, which this
assistant does not have. Registering empty stand-ins for those two *before* Rasa is imported saves about 6 s of start-up
and 250 MB. Nothing else of Rasa is touched; ``python -m bot.serve`` asserts that TensorFlow stayed out.

Import this module before anything of Rasa, in a process that serves. Training loads the real modules.
"""

from __future__ import annotations

import os
import sys
import types
import warnings

_STAND_INS = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}

_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "RASA_MAX_CACHE_SIZE": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TQDM_DISABLE": "1",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
"""Read by libraries at import; one core a process, no telemetry, no old-library nagging."""


def prepare(without_tensorflow: bool = True) -> None:
    """Set the process up for Rasa. Call once, first."""
    os.environ.update(_ENVIRONMENT)
    warnings.showwarning = _be_silent
    if not without_tensorflow:
        return
    for name, classes in _STAND_INS.items():
        if name not in sys.modules:
            module = types.ModuleType(name, "Stand-in: see bot.light.")
            for attribute in classes:
                setattr(module, attribute, type(attribute, (), {}))
            sys.modules[name] = module


def _be_silent(*_: object, **__: object) -> None:
    """Rasa's old libraries warn of each other for pages; an operator can do nothing about it."""


def tensorflow_is_loaded() -> bool:
    return "tensorflow" in sys.modules
