"""Named events and their listeners, and the phases of the life cycle among them."""

from kernel_events.event import Event as Event
