"""Typed bodies of requests."""
