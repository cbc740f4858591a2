"""Middleware classes of [middlewares] active."""
