"""What stands before the models: one address for every endpoint and stage, TLS, keys, weights, and counts of calls.

Its configuration is a pure function of what endpoints there are (``routes``), so that whoever starts it again, or
beside another, comes to the same.
"""
