"""Databases through SQLAlchemy."""
