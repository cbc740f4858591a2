"""Write the pages of docs/ that are made of the code: `python docs/generate.py`. A test holds them true."""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from textwrap import dedent

from kernel_admin import reference
from kernel_admin.examination import Examiner
from kernel_compat.specification import Specification, specifications
from kernel_compat.usage import dotted
from kernel_testing import make_kernel

from kernel import API, Kernel
from kernel.layers import OPTION_NAMES

HERE = Path(__file__).parent
HOOKS = """\
# Hooks

<!-- Written by docs/generate.py from the specifications in the code: change those. -->

Every question of the hook API {api}: first those of the kernel, in the order in which they are asked, then those of the
standard plugins. A hook is a plain function, asked once at boot; what it returns may be async. Name only the
arguments you need. Return `None` to abstain. [Write a plugin](plugins.md) shows an example of each kind.

"Since" is the version of the hook API that has the hook first: a plugin says `api = (1, 0)` for the version it was
written for, and a kernel of a lower version, or of another major one, refuses it. A later minor version adds hooks and
arguments, and takes none away. `kernel plugins compat` tells what each plugin of a project uses. Your plugin may ask
further questions with `specs = (MySpecs,)`.
"""


def hooks() -> str:
    """Return the reference of all hooks."""
    project = make_kernel([Examiner])
    known = sorted(specifications(project), key=place)
    parts = [HOOKS.format(api=dotted(API)), "\n".join(summary(known))]
    parts += ["\n".join(section(one, project)) for one in known]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def place(one: Specification) -> tuple[bool, str, int]:
    """Return where a hook stands on the page: the kernel's first, then by plugin, each as they are written."""
    return one.owner != "kernel", one.owner, one.function.__code__.co_firstlineno


def summary(known: Iterable[Specification]) -> Iterator[str]:
    """Yield a table of all hooks."""
    yield "| hook | of | since | what it asks |"
    yield "|---|---|---|---|"
    for one in known:
        anchor = re.sub(r"[^\w -]", "", heading(one).lower()).replace(" ", "-")
        cell = text(one).partition("\n\n")[0].replace("|", "\\|")
        yield f"| [`{one.name}`](#{anchor}) | {one.owner} | {dotted(one.since())} | {cell} |"


def heading(one: Specification) -> str:
    """Return "kernel_bind(parameter, route)"."""
    return f"{one.name}({', '.join(list(inspect.signature(one.function).parameters)[1:])})"


def section(one: Specification, project: Kernel) -> Iterator[str]:
    """Yield the lines about one hook."""
    yield f"## {heading(one)}\n"
    yield f"{text(one)}\n"
    yield from (f"- {fact}" for fact in facts(one, project))


def text(one: Specification) -> str:
    """Return the documentation of a hook, in paragraphs of one line each, with links to the pages it names."""
    paragraphs = [" ".join(part.split()) for part in (inspect.getdoc(one.function) or "").split("\n\n")]
    told = "\n\n".join(paragraphs).removeprefix("first: ")
    return re.sub(r"docs/([\w-]+)\.md", r"[\1](\1.md)", told)


def facts(one: Specification, project: Kernel) -> Iterator[str]:
    """Yield what the specification says without words."""
    function = ast.parse(dedent(inspect.getsource(one.function))).body[0]
    assert isinstance(function, ast.FunctionDef)
    given, keyword = plain(function.returns), one.name.removeprefix("kernel_")
    counts = "the first answer other than `None` counts" if one.firstresult else "every answer counts"
    who = "" if one.owner == "kernel" else f"of the plugin `{one.owner}`, "
    yield f"{who}since {dotted(one.since())}; {'nothing is answered' if given == 'None' else counts}"
    if arguments := [argument(one, words) for words in function.args.args[1:]]:
        yield f"arguments: {', '.join(arguments)}"
    if given != "None":
        yield f"answer: `{given}`"
    if one.firstresult:
        names = sorted(name for name, _, _ in project.booted.registry.implementations(one.name))
        yield f"answered by {', '.join(f'`{name}`' for name in names)}"
    elif given != "None" and keyword not in OPTION_NAMES and one.owner != Examiner.name:
        yield f"an app says `App({keyword}=...)`"
    if one.instead():
        yield f"deprecated: {one.instead()}"


def argument(one: Specification, words: ast.arg) -> str:
    """Return one argument with its type, and what is to know of its version."""
    later = f" (since {dotted(one.since(words.arg))})" if one.since(words.arg) > one.since() else ""
    gone = f" (deprecated: {one.instead(words.arg)})" if one.instead(words.arg) else ""
    return f"`{words.arg}: {plain(words.annotation)}`{later}{gone}"


def plain(annotation: ast.expr | None) -> str:
    """Return an annotation as it is written; the kernel by its name."""
    written = ast.unparse(annotation).strip("'") if annotation else "Any"
    return "Kernel" if written == "Application" else written


PAGES: dict[str, Callable[[], str]] = {
    "hooks.md": hooks,
    "limits.md": lambda: reference.limits(reference.everything()),
    "reference/configuration.md": lambda: reference.reference(reference.everything()),
}
"""The pages, and what makes them."""

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")
