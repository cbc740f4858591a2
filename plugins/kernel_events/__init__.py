"""Named events and their listeners, and the phases of the life cycle among them."""

from kernel_events.event import Event as Event, Role as Role
from kernel_events.life import Cut as Cut, Life as Life
from kernel_events.listener import Listener as Listener
