"""Numbers a training tells while it runs: found in its log, in TensorBoard's files, or logged by ``log_metrics``.

Read from where they are when somebody asks, each piece once: what was read is remembered, thinned out so that a
training that logs a million values costs as little memory as one that logs a thousand.
"""
