"""What both plugins say in their sections and headers."""

from kernel_settings import Duration

AT_ONCE = Duration(0)


def cache_control(seconds: float) -> tuple[bytes, bytes]:
    """Return the header that lets everybody keep an answer for a time; for none, ask again each time."""
    return (b"cache-control", b"public, max-age=%d" % seconds if seconds >= 1 else b"no-cache")


def check_prefix(prefix: str) -> None:
    """Refuse what no path can begin with; raises ValueError."""
    if not prefix.startswith("/") or not prefix.strip("/") or set(prefix) & set("<>()?#"):
        raise ValueError(f"prefix: {prefix!r} is no path like /static")
