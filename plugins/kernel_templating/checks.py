"""What can be wrong with templates before anybody asks for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from kernel import Problem
from kernel.boot.plan import Plan
from kernel.errors import did_you_mean
from kernel.layers import where
from kernel_templating.folders import SEPARATOR, Folders
from kernel_templating.renderer import Templates

UNPLANNED = Plan().claims
"""Words claims where no plan tells from which distribution they come."""


def missing(folders: Folders, declared: Mapping[str, str]) -> Iterator[Problem]:
    """Report folders that do not exist."""
    for app, paths in folders.by_app.items():
        for path in paths:
            if not path.is_dir():
                message = f"app '{app}': template_dirs: there is no folder '{path}'"
                hint = "create it, or mend the path; it is relative to the folder of the app's module"
                yield Problem("templates.folder", "error", message, hint, declared.get(app, ""))


def uncompilable(templates: Templates) -> Iterator[Problem]:
    """Report templates that do not compile, or that extend, import or include what is not there."""
    from jinja2 import TemplateSyntaxError

    for name in templates.folders:
        try:
            yield from dangling(templates, name)
            templates.template(name)
        except TemplateSyntaxError as error:
            message = f"template '{name}': {error.message}"
            yield Problem("templates.syntax", "error", message, "mend this line", f"{error.filename}:{error.lineno}")
        except UnicodeDecodeError:
            continue  # a picture beside the templates, say; whoever renders it is told


def dangling(templates: Templates, name: str) -> Iterator[Problem]:
    """Report what one template refers to by a constant name and that is not there."""
    from jinja2 import nodes

    from kernel_templating.environment import Loader

    environment, own = templates.plain, name.rpartition(SEPARATOR)[0]
    source, filename, _ = Loader(templates.folders).get_source(environment, name)
    referring = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
    for node in environment.parse(source, name, filename).find_all(nodes.Stmt):
        wanted = isinstance(node, referring) and getattr(node.template, "value", None)
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        if isinstance(wanted, str) and not optional and templates.folders.find(wanted, own) is None:
            known = [one.rpartition(SEPARATOR)[2] for one in templates.folders]
            message = f"template '{name}': there is no template {wanted!r}{did_you_mean(wanted, known)}"
            hint = "create it, or mend the name; 'ignore missing' lets an include go without"
            yield Problem("templates.missing", "error", message, hint, f"{filename}:{node.lineno}")


def claims(
    answers: Iterable[tuple[str, Any]],
    kind: str,
    taken: Iterable[str] = (),
    both: Callable[..., str] = UNPLANNED,
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the names that apps give to templates, and a problem for each that two of them claim."""
    values: dict[str, Any] = {}
    owners = dict.fromkeys(taken, "templating")
    problems = []
    for owner, mapping in answers:
        for name, value in mapping.items():
            if owners.setdefault(name, owner) != owner:
                sides = both((owners[name], where(values.get(name))), (owner, where(value)))
                message = f"template {kind} '{name}' is declared by {sides}"
                hint = (
                    "rename one of the two, switch one off, or let one app take it from the other and declare it alone"
                )
                problems.append(Problem("templates.duplicate", "error", message, hint, where(value)))
            values.setdefault(name, value)
    return values, problems
