"""What trainings printed, kept compressed after their end and searched together, while they run as well."""
