"""Where data lies: ``obs://``, ``nas://``, ``file://`` resolved to directories and fsspec filesystems.

Used by the backend (to check what a request names) and by the runner inside a job (to stage it).
"""
