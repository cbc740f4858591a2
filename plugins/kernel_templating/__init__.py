"""Templates through Jinja."""
