"""What moves resources from state to state: one file per resource, each doing one guarded step at a time.

A step reads the store and the engine, does one thing that is safe to do twice, and writes the outcome only
if nobody else wrote in between. So a crash anywhere, or a second backend, never runs a thing twice.
"""
