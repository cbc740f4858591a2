"""Compatibility with the hook API: what each plugin uses of it, since when that is there, and what is deprecated."""
