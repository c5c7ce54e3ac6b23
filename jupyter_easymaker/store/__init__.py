"""What is remembered: tables, migrations and queries, on SQLite for one machine and PostgreSQL for a team."""
