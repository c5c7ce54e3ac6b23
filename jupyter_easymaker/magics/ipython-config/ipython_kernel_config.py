# Loads the %easymaker magics in every IPython of this environment, kernels included; no %load_ext is needed.
c = get_config()  # noqa: F821
c.InteractiveShellApp.extensions.append("jupyter_easymaker")
