"""Where work runs: one machine (``local``) or a Kubernetes cluster, behind one small interface (``base``)."""
