"""The plugin: the section [limits], and the layers of the two options."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel_settings import Size

from kernel import Layer, Plugin, Problem, Request, hookimpl
from kernel.boot.plan import Plan
from kernel.layers import Route
from kernel.types import Application
from kernel_limits.options import body_layer, timeout_layer

FOUR_KIBIBYTES, EIGHT_KIBIBYTES = Size("4KiB"), Size("8KiB")
SIXTEEN_KIBIBYTES, THIRTY_TWO_KIBIBYTES = Size("16KiB"), Size("32KiB")
MEBIBYTE, TEN_MEBIBYTES = Size("1MiB"), Size("10MiB")


@dataclass(frozen=True)
class LimitsConfig:
    """Section [limits]. What the plugins "requests" and "forms" apply stands here too."""

    max_body_size: Annotated[Size, "most bytes of a body, for routes without an option of their own"] = TEN_MEBIBYTES
    max_json_size: Annotated[Size, "most bytes of a JSON body, if that is less"] = MEBIBYTE
    max_json_depth: Annotated[int, "how deep a JSON body may nest"] = 64
    max_query_fields: Annotated[int, "most fields of a query"] = 1000
    max_query_size: Annotated[Size, "most bytes of a query"] = SIXTEEN_KIBIBYTES
    max_path_length: Annotated[Size, "most characters of a path that is no route as it is"] = EIGHT_KIBIBYTES
    max_path_segments: Annotated[int, "most segments of a path that is no route as it is"] = 256
    max_headers: Annotated[int, "most headers of a request"] = 100
    max_header_size: Annotated[Size, "most bytes of one header, its name included"] = EIGHT_KIBIBYTES
    max_headers_total: Annotated[Size, "most bytes of all headers"] = THIRTY_TWO_KIBIBYTES
    max_cookies: Annotated[int, "most cookies of a request"] = 200
    max_cookie_size: Annotated[Size, "most bytes of one cookie; a larger one is passed over"] = EIGHT_KIBIBYTES
    max_form_fields: Annotated[int, "most text fields of a form"] = 1000
    max_form_files: Annotated[int, "most files of a form"] = 100
    max_field_size: Annotated[Size, "most bytes of a text field"] = MEBIBYTE
    max_file_size: Annotated[Size, "most bytes of a file; never more than max_body_size"] = TEN_MEBIBYTES
    max_part_headers: Annotated[int, "most headers of a part of a form"] = 8
    max_part_header_size: Annotated[Size, "most bytes of one header of a part, or of a field's name"] = FOUR_KIBIBYTES
    max_boundary_length: Annotated[int, "most characters of the boundary between parts (RFC 2046)"] = 70
    spool_size: Annotated[Size, "most bytes of a form's files that stay in memory; the rest goes to disk"] = MEBIBYTE
    upload_dir: Annotated[str, "where files wait on disk; default is the system's temporary folder"] = ""
    max_ranges: Annotated[int, "most parts of a file that one request may ask for"] = 16
    max_background: Annotated[int, "most background calls that wait or run; one more is refused with 503"] = 1000
    max_validation_errors: Annotated[int, "most errors told about the data of a request"] = 100


class Limits(Plugin):
    """Limit the body and the time of requests."""

    name = "limits"
    requires = ("settings",)
    Config = LimitsConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: LimitsConfig) -> None:
        """Give every request the configured limit, where it is another one than the kernel's."""
        size = config.max_body_size
        if size != Request.max_body_size:
            kernel.provide("request.max_body_size", lambda request: size)

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Stand around the routes that have the options."""
        return body_layer(), timeout_layer()

    @hookimpl
    def kernel_compiled(self, plan: Plan) -> None:
        """Keep the routes for the checks."""
        self._plan = plan

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report values that no request can be measured by."""
        return [problem for route, _ in self._plan.routes for problem in check(route)]


def check(route: Route) -> Iterable[Problem]:
    """Report what is wrong with the two options of *route*."""
    size, timeout = route.effective.max_body_size, route.effective.timeout
    if size is not None and (not _is(size, int) or size < 0):
        yield _wrong(route, "max_body_size", size, "a number of bytes", "max_body_size=1048576")
    if timeout is not None and (not _is(timeout, int, float) or not timeout > 0):
        yield _wrong(route, "timeout", timeout, "a number of seconds above 0", "timeout=30")


def _is(value: object, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _wrong(route: Route, option: str, value: object, due: str, example: str) -> Problem:
    message = f"route '{route}': option '{option}' is {value!r}, not {due}"
    return Problem(f"limits.{option}", "error", message, f"write {example}, or leave it out", route.where)
