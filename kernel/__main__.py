"""`python -m kernel` is the command `kernel`, found as any console script is."""

from importlib_metadata import entry_points

entry_points(group="console_scripts", name="kernel")["kernel"].load()()
