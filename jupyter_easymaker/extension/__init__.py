"""The server extension: brings the backend up, stands between it and the browser, and tells kernels where it is.

Imports stay light: JupyterLab waits for them at every start.
"""
