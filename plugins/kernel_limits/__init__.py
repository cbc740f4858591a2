"""Limits of a request: how large its body may be, how long its handler may take."""
