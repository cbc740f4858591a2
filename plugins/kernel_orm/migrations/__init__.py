"""Versions of a database schema, a branch for each app, through Alembic."""
