"""How much of a request is taken, and for how long: section [limits], options max_body_size and timeout."""

from kernel_limits.plugin import Limits

__all__ = ["Limits"]
