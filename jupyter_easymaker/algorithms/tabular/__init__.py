"""A5: classification and regression on tables, with scikit-learn: seconds on a laptop."""
