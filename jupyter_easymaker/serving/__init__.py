"""The model server: a model's directory becomes an HTTP service, or a function for batch inference.

A model runs its owner's code: a pickle, a handler and a Python class do what they like with the rights of their
process. Containing them is the engine's part (a process of its own, limits, no credentials of the backend in its
environment).
"""
