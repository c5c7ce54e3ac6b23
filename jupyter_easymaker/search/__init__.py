"""Which hyperparameters to try next, and which trials to end early: Optuna, on trials our store remembers."""
