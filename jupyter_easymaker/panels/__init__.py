"""ipywidgets for cells: fill in the form of a training, a tuning or an endpoint, and watch it, beside the code.

from jupyter_easymaker.panels import EndpointForm, EndpointMonitor, TrainingForm, TrainingMonitor
from jupyter_easymaker.panels import TuningForm, TuningMonitor

TrainingForm(experiment_name="iris")
TrainingMonitor("my-training")
TuningMonitor("my-tuning")
EndpointMonitor("my-endpoint")
"""

from .endpoint_form import EndpointForm
from .endpoint_monitor import EndpointMonitor
from .training_form import TrainingForm
from .training_monitor import TrainingMonitor
from .tuning_form import TuningForm
from .tuning_monitor import TuningMonitor

__all__ = ["EndpointForm", "EndpointMonitor", "TrainingForm", "TrainingMonitor", "TuningForm", "TuningMonitor"]
