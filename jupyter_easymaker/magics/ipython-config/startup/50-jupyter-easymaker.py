# Loads the %easymaker magics in every IPython of this environment, kernels included; no %load_ext is needed.
# A startup file and no configuration: a person's own `c.InteractiveShellApp.extensions = [...]` would replace that.
# Its name is no module's: IPython puts this directory first on the path, and it must not be taken for the package.
get_ipython().extension_manager.load_extension("jupyter_easymaker")  # noqa: F821
