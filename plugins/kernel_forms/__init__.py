"""Forms and uploads."""
