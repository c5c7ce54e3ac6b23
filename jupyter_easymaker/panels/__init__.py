"""ipywidgets for cells: fill in a form (of a training, a tuning, a batch inference) and watch what it made.

from jupyter_easymaker.panels import BatchInferenceForm, TrainingForm, TrainingMonitor, TuningMonitor

TrainingForm(experiment_name="iris")
TrainingMonitor("my-training")
TuningMonitor("my-tuning")
BatchInferenceForm(modelId="...")
"""

from .batch_inference_form import BatchInferenceForm
from .batch_inference_monitor import BatchInferenceMonitor
from .training_form import TrainingForm
from .training_monitor import TrainingMonitor
from .tuning_form import TuningForm
from .tuning_monitor import TuningMonitor

__all__ = [
    "BatchInferenceForm",
    "BatchInferenceMonitor",
    "TrainingForm",
    "TrainingMonitor",
    "TuningForm",
    "TuningMonitor",
]
