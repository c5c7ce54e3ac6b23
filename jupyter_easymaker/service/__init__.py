"""The backend as a process: its settings, how its parts are put together, and the ``jupyter easymaker`` command."""
