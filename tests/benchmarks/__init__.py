"""What it costs, as ratios against a reference measured in the same run: ``python -m tests.benchmarks [NAME ...]``.

Machines differ and are busy, so no absolute time is ever checked; medians of at least five interleaved runs are
printed with their spread, and the target stands beside them.
"""
