"""What a training, an experiment, a model ... IS: types, states, limits and rules, without any I/O.

Every other layer takes its knowledge of a resource from here: the store its columns, the
API its bodies and errors, the forms and magics their fields, titles and help.
"""
