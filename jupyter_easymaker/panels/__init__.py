"""ipywidgets for cells: fill in the form of a training or a tuning, and watch it, beside the code it belongs to.

from jupyter_easymaker.panels import TrainingForm, TrainingMonitor, TuningForm, TuningMonitor

TrainingForm(experiment_name="iris")
TrainingMonitor("my-training")
TuningMonitor("my-tuning")
"""

from .training_form import TrainingForm
from .training_monitor import TrainingMonitor
from .tuning_form import TuningForm
from .tuning_monitor import TuningMonitor

__all__ = ["TrainingForm", "TrainingMonitor", "TuningForm", "TuningMonitor"]
