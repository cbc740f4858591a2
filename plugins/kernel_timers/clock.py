"""What time it is; a test hands over another one."""

from datetime import UTC, datetime

import anyio


class Clock:
    """The clocks of this machine."""

    def monotonic(self) -> float:
        """Return seconds since some moment; nobody can put this clock forward or back."""
        return anyio.current_time()

    def now(self) -> datetime:
        """Return the date and the time of day, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return *seconds* later."""
        await anyio.sleep(max(seconds, 0))
