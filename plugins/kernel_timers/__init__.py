"""Functions that are called by the clock: `hooks.periodic(seconds)` and `hooks.cron(spec)`."""

from kernel_timers.clock import Clock as Clock
from kernel_timers.plugin import Timers as Timers
