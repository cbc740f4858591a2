"""How long the start, the stop and connections may take: section [timeouts]."""

from kernel_timeouts.plugin import Timeouts as Timeouts
