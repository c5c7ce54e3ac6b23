"""ipywidgets for cells: fill in a form (of a training, a tuning, a batch inference, an endpoint), watch what it made.

from jupyter_easymaker.panels import BatchInferenceForm, EndpointForm, EndpointMonitor, TrainingForm, TrainingMonitor
from jupyter_easymaker.panels import TuningForm, TuningMonitor

TrainingForm(experiment_name="iris")
TrainingMonitor("my-training")
TuningMonitor("my-tuning")
BatchInferenceForm(modelId="...")
EndpointMonitor("my-endpoint")
"""

from .batch_inference_form import BatchInferenceForm
from .batch_inference_monitor import BatchInferenceMonitor
from .endpoint_form import EndpointForm
from .endpoint_monitor import EndpointMonitor
from .training_form import TrainingForm
from .training_monitor import TrainingMonitor
from .tuning_form import TuningForm
from .tuning_monitor import TuningMonitor

__all__ = [
    "BatchInferenceForm",
    "BatchInferenceMonitor",
    "EndpointForm",
    "EndpointMonitor",
    "TrainingForm",
    "TrainingMonitor",
    "TuningForm",
    "TuningMonitor",
]
