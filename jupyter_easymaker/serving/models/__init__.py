"""One file per kind of model: how it is loaded, and how rows and tensors go through it."""
