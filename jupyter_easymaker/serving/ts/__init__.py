"""``ts`` for handlers written for TorchServe: the part of its Python interface that handlers use, without its server.

It takes the name ``ts`` in a model's process (``models/torch_handler.py``) where TorchServe itself is not installed.
Names, arguments and behaviour are TorchServe's, because handlers inherit from these classes.
"""
