"""Talking to the backend over HTTP, for everything that runs in Jupyter: magics, widgets, the server extension."""
