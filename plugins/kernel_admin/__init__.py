"""The command line `kernel`; each command lives in its own module and is imported when it is called."""
