"""The plugin: the section [limits], and the layers of the two options."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from kernel_settings import Beyond, Bounds, Count, Size

from kernel import Layer, Plugin, Problem, Request, hookimpl
from kernel.boot.plan import Plan
from kernel.layers import Route
from kernel.types import Application
from kernel_limits.height import high, wide
from kernel_limits.options import body_layer, timeout_layer

FOUR_KIBIBYTES, EIGHT_KIBIBYTES = Size("4KiB"), Size("8KiB")
SIXTEEN_KIBIBYTES, THIRTY_TWO_KIBIBYTES = Size("16KiB"), Size("32KiB")
MEBIBYTE, TEN_MEBIBYTES = Size("1MiB"), Size("10MiB")
EIGHT, SIXTEEN, SEVENTY, HUNDRED, TWO_HUNDRED, THOUSAND = map(Count, (8, 16, 70, 100, 200, 1000))
SEGMENTS = Count(256)


@dataclass(frozen=True)
class LimitsConfig:
    """Section [limits]. What the plugins "requests" and "forms" apply stands here too."""

    max_body_size: Annotated[Size, "most bytes of a body, for routes without an option of their own", Beyond(413)] = (
        TEN_MEBIBYTES
    )
    max_json_size: Annotated[Size, "most bytes of a JSON body, if that is less", Beyond(413)] = MEBIBYTE
    max_json_depth: Annotated[int, "how deep a JSON body may nest", Bounds(1, 1000), Beyond(400)] = 64
    max_query_fields: Annotated[Count, "most fields of a query", Beyond(400)] = THOUSAND
    max_query_size: Annotated[Size, "most bytes of a query", Beyond(414)] = SIXTEEN_KIBIBYTES
    max_path_length: Annotated[Size, "most characters of a path that is no route as it is", Beyond(414)] = (
        EIGHT_KIBIBYTES
    )
    max_path_segments: Annotated[Count, "most segments of a path that is no route as it is", Beyond(414)] = SEGMENTS
    max_headers: Annotated[Count, "most headers of a request", Beyond(431)] = HUNDRED
    max_header_size: Annotated[Size, "most bytes of one header, its name included", Beyond(431)] = EIGHT_KIBIBYTES
    max_headers_total: Annotated[Size, "most bytes of all headers", Beyond(431)] = THIRTY_TWO_KIBIBYTES
    max_cookies: Annotated[Count, "most cookies of a request", Beyond(words="those after it are passed over")] = (
        TWO_HUNDRED
    )
    max_cookie_size: Annotated[
        Size, "most bytes of one cookie; a larger one is passed over", Beyond(words="it is passed over")
    ] = EIGHT_KIBIBYTES
    max_form_fields: Annotated[Count, "most text fields of a form", Beyond(413)] = THOUSAND
    max_form_files: Annotated[Count, "most files of a form", Beyond(413)] = HUNDRED
    max_field_size: Annotated[Size, "most bytes of a text field", Beyond(413)] = MEBIBYTE
    max_file_size: Annotated[Size, "most bytes of a file; never more than max_body_size", Beyond(413)] = TEN_MEBIBYTES
    max_part_headers: Annotated[Count, "most headers of a part of a form", Beyond(413)] = EIGHT
    max_part_header_size: Annotated[Size, "most bytes of one header of a part, or of a field's name", Beyond(413)] = (
        FOUR_KIBIBYTES
    )
    max_boundary_length: Annotated[Count, "most characters of the boundary between parts (RFC 2046)", Beyond(400)] = (
        SEVENTY
    )
    spool_size: Annotated[
        Size,
        "most bytes of a form's files that stay in memory; the rest goes to disk",
        Beyond(words="the rest waits on disk"),
    ] = MEBIBYTE
    upload_dir: Annotated[str, "where files wait on disk; default is the system's temporary folder"] = ""
    max_ranges: Annotated[
        Count, "most parts of a file that one request may ask for", Beyond(words="the whole file is answered")
    ] = SIXTEEN
    max_background: Annotated[
        Count, "most background calls that wait or run; one more is refused with 503", Beyond(503)
    ] = THOUSAND
    max_validation_errors: Annotated[
        Count, "most errors told about the data of a request", Beyond(words="those after it are not told")
    ] = HUNDRED


class Limits(Plugin):
    """Limit the body and the time of requests."""

    name = "limits"
    requires = ("settings",)
    Config = LimitsConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: LimitsConfig) -> None:
        """Give every request the configured limit, where it is another one than the kernel's."""
        self._kernel, self._config = kernel, config
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
    def kernel_checks(self, deploy: bool) -> Iterable[Problem]:
        """Report values that no request can be measured by and, for production, those that limit nothing."""
        yield from (problem for route, _ in self._plan.routes for problem in check(route))
        if deploy:
            yield from high(self._kernel.config, self._config)
            yield from wide(self._plan, self._config.max_body_size)


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
