"""What runs inside a notebook instance: start-up scripts and the user's own environments, kept on its data storage."""
