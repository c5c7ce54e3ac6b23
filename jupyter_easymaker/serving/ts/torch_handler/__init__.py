"""The classes handlers inherit from, and the default handlers."""
