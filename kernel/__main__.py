"""`python -m kernel` is the command `kernel`, found as any console script is."""

from importlib_metadata import distributions

next(e for dist in distributions() for e in dist.entry_points.select(group="console_scripts", name="kernel")).load()()
