"""The program that runs inside a job: stage inputs, run the entry point, stream its log, upload outputs.

It starts in milliseconds because a person waits for it: standard library only until something needs more.
"""
