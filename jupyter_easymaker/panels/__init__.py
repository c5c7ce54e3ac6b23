"""ipywidgets for cells: fill in a training's form, and watch a training, beside the code they belong to.

from jupyter_easymaker.panels import TrainingForm, TrainingMonitor

TrainingForm(experiment_name="iris")
TrainingMonitor("my-training")
"""

from .training_form import TrainingForm
from .training_monitor import TrainingMonitor

__all__ = ["TrainingForm", "TrainingMonitor"]
