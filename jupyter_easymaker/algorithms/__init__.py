"""The provided algorithms: each a runnable entry point with its parameters specified once."""
