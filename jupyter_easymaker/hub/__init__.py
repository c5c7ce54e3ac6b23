"""JupyterHub and EasyMaker together: a notebook is a named server, the backend one of the hub's services."""
