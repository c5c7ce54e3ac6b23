"""Timing, as handlers import it."""
