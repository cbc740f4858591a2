"""Templates through Jinja.

    app = App(routes=routes, template_dirs=["templates"])
    ...
    return Template("page.html", {"title": "Home"})         # or HTML(await Template(...).render())

`folders.py` finds files, `environment.py` is Jinja (imported by the first template, not before),
`renderer.py` joins both to one kernel, `template.py` is what handlers use.
"""

from typing import TYPE_CHECKING, Any

from kernel_templating.template import Template

if TYPE_CHECKING:
    from kernel_templating.environment import TemplateNotFound

__all__ = ["Template", "TemplateNotFound"]


def __getattr__(name: str) -> Any:
    """Import what needs Jinja when it is asked for."""
    if name == "TemplateNotFound":
        from kernel_templating.environment import TemplateNotFound

        return TemplateNotFound
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
