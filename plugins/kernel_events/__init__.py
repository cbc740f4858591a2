"""Named events and their listeners, and the phases of the life cycle among them."""

from kernel_events.dispatch import Events as Events
