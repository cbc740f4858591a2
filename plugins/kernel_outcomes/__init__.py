"""What waits for the end of a request: after_response hooks, background calls, on_finish hooks."""

from kernel_outcomes.outcome import Outcome as Outcome
