"""Why a run cannot go on, in a sentence for people."""


class RunError(Exception):
    """Ends the run; its message becomes the training's status reason."""
