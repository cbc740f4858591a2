"""Handlers in any form users like to write: sync or async, generators, with typed parameters."""
