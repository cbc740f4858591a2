"""Data handlers."""
