"""The error page for developers."""
