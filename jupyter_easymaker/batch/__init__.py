"""Batch inference inside a job: each pod scores its part of the rows, and goes on after a kill.

A pod is two processes. The one the engine started (``run``) stages, watches and uploads; the one it starts (``worker``)
holds the model, reads rows and writes results, and can be ended and started again when the model hangs or crashes.
"""
