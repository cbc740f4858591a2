"""What `Annotated` may say of a key beside its help: its bounds, and what happens beyond a limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest value of a number; both are allowed, None is no bound."""

    least: float | None = None
    most: float | None = None

    def check(self, value: float) -> None:
        """Raise ValueError for a value outside."""
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            raise ValueError(f"expected {self}")

    def __str__(self) -> str:
        if self.least is None or self.most is None:
            return f"at most {self.most:g}" if self.least is None else f"at least {self.least:g}"
        return f"{self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class Beyond:
    """What happens beyond a limit: the HTTP status of the answer, or in words where there is none."""

    status: int = 0
    words: str = ""
