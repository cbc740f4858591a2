"""`kernel plugins why THING`: why it is loaded, why here, why in this order, or why not."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import click

from kernel import Kernel
from kernel.boot.config import items
from kernel.boot.plan import Member
from kernel.boot.selection import bare
from kernel.errors import did_you_mean
from kernel.layers import Layer
from kernel_admin.faults import Fault
from kernel_admin.ordering import Place, layer_places, plugin_places
from kernel_admin.project import readable, safe
from kernel_admin.provenance import Contribution, contributions, spots
from kernel_admin.rows import required_by, row
from kernel_admin.tables import as_json, dump, short

KINDS = ("plugin", "app", "hook", "specification", "service", "layer", "route", "error", "template", "command", "key")
"""What may stand before a colon, to say which of several things of one name is meant."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why one thing is what it is: a heading and reasons."""

    kind: str
    name: str
    said: str
    reasons: tuple[str, ...]
    facts: dict[str, Any]


@click.command()
@click.argument("thing")
@as_json
def why(thing: str, as_json: bool) -> None:
    """Tell why THING is there, there in this place, or not there.

    THING is a plugin, app, layer, route ("GET /users"), error code, service, command, configuration
    key ("limits.max_body_size"), template or hook; "layer:hosts" says which kind is meant. Exits 1
    for what does not exist.
    """
    answers = answers_to(safe(), thing, readable())
    if as_json:
        told = [{"kind": a.kind, "name": a.name, "reasons": list(a.reasons), **a.facts} for a in answers]
        dump({**told[0], "others": told[1:]})
        return
    for answer in answers:
        click.echo(answer.said)
        click.echo("".join(f"    {reason}\n" for reason in answer.reasons), nl=False)


def answers_to(project: Kernel, thing: str, first: Kernel) -> list[Answer]:
    """Return an answer for everything that bears the name; plugins and apps are those of the *first* boot.

    Raises:
        Fault: nothing does; with the nearest name.
    """
    kind, colon, rest = thing.partition(":")
    kind, name = (kind, rest) if colon and kind in KINDS else ("", thing)
    known = contributions(project)
    found = [about_member(first, one) for one in members(first, name, kind)]
    for wanted in dict.fromkeys(one.kind for one in known if one.kind in KINDS and kind in ("", one.kind)):
        alike = [one for one in known if one.kind == wanted and bears(one, name)]
        found += [ABOUT.get(wanted, about)(project, alike)] if alike else []
    if not found:
        names = [*(member.name for member in first.plan.members), *(one.name for one in known)]
        guess = did_you_mean(name, dict.fromkeys(names))
        message = f"there is no {kind or 'plugin, app or contribution'} '{name}' here{guess}"
        hint = "'kernel plugins list' shows what is installed, 'kernel plan' what the project is made of"
        raise Fault.one("plugin.unknown", message, hint)
    return found


def members(project: Kernel, name: str, kind: str) -> list[Member]:
    """Return the plugins or apps of that name."""
    return [one for one in project.plan.members if one.name == name and kind in ("", one.kind)]


def bears(one: Contribution, name: str) -> bool:
    """Tell whether *name* means a contribution: its name, a route's path or name, "app:template", "[section] key"."""
    names = {one.name, one.detail} if one.kind == "template" else {one.name}
    if one.kind == "route":
        methods = one.thing.methods or ("any",)
        names |= {one.thing.path, one.thing.name, *(f"{method} {one.thing.path}" for method in methods)}
    if one.kind == "key":
        names.add("[{}] {}".format(*one.name.rsplit(".", 1)))
    return name in names


def about_member(project: Kernel, member: Member) -> Answer:
    """Tell why a plugin or an app is in its state and at its place."""
    facts = row(project, member)
    because, required = named(project, member), required_by(project, member)
    told = [
        *because,
        *required,
        *(placed(place, "plugin") for place in plugin_places(project) if place.name == member.name),
    ]
    if member.state == "discovered":
        told.append(f"'kernel plugins enable {member.name}' switches it on")
    from_ = f" ({member.distribution} {member.version})" if member.distribution else ""
    reason = f": {facts['reason']}" if facts["reason"] else ""
    said = f"{member.kind} '{member.name}'{from_} is {facts['state']}{reason}"
    return Answer(member.kind, member.name, said, tuple(told), {**facts, "named": because, "required_by": required})


def placed(place: Place, what: str) -> str:
    """Return why something stands at its position."""
    if place.forced_by:
        return f"{what} number {place.position}: {place.forced_by.of(place.name)}"
    edges = f"; no need to move it for {', '.join(edge.of(place.name) for edge in place.edges)}" if place.edges else ""
    return f"{what} number {place.position}: nothing forces it, the order of the configuration holds{edges}"


def named(project: Kernel, member: Member) -> list[str]:
    """Return the places of the configuration that name a member."""
    section, lines = f"{member.kind}s", []
    for key in ("active", "blocked", "optional"):
        values = project.config.get(section, {}).get(key, ())
        place = project.config.origin(section, key)
        if member.name.removeprefix("app:") in [bare(str(value).partition(":")[0]) for value in items(values)] + items(
            values
        ):
            lines.append(f"named in [{section}] {key}{f' ({place})' if place else ''}")
        elif key == "active" and member.standard and member.state != "discovered":
            lines.append(f"belongs to 'standard', which [{section}] active {f'names ({place})' if place else 'is'}")
    return lines


def about(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell who brings a thing, and why that one is here."""
    one = alike[0]
    return answer(project, one, [])


def about_hook(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell who answers a hook, in which order."""
    told = [f"number {n}: '{one.owner}' ({short(one.where)})" for n, one in enumerate(alike, 1)]
    said = f"hook '{alike[0].name}' is answered by {len(alike)}"
    return Answer("hook", alike[0].name, said, tuple(told), {"answered_by": [one.owner for one in alike]})


def about_layer(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell where a layer stands, and what put it there."""
    one = alike[0]
    told = [placed(place, "layer") for place in layer_places(project) if place.name == one.name]
    told += [f"stands in the place of '{one.thing.replaces}'"] if one.thing.replaces else []
    told.append(reach(project, one.thing))
    return answer(project, one, told)


def reach(project: Kernel, layer: Layer) -> str:
    """Return around what a layer stands."""
    if layer.level == "application" and layer in project.plan.layers:
        return "around every request"
    own = set(spots(layer))
    met = [steps for _, steps in project.plan.routes if any(s.where in own and s.status == "active" for s in steps)]
    return f"around {len(met)} of {len(project.plan.routes)} routes"


def about_route(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell where a route gets its path from, and what stands around it."""
    one, order = alike[0], {id(route): n for n, (route, _) in enumerate(project.plan.routes, 1)}
    told = [f"route number {order[id(other.thing)]}: {other.name} ({short(other.where)})" for other in alike]
    steps = next(steps for route, steps in project.plan.routes if route is one.thing)
    around = [step for step in steps if step.phase not in ("handler", "render")]
    told += [
        f"{step.phase} {step.callable} of '{step.plugin}', at level {step.level}, {step.status}" for step in around
    ]
    return answer(project, one, told)


def about_template(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell which file wins, and which it shadows."""
    folders = project.service("templates").folders
    winner = folders.find(alike[0].name)
    first = next((one for one in alike if one.detail == winner), alike[0])
    told = [
        f"'{other.owner}' has it too, known as '{other.detail}' ({short(other.where)})"
        for other in alike
        if other is not first
    ]
    told += [f"apps are searched in this order: {', '.join(folders.order())}"] if told else []
    return answer(project, first, told)


def about_key(project: Kernel, alike: list[Contribution]) -> Answer:
    """Tell where a configuration key gets its value."""
    section, key = alike[0].name.rsplit(".", 1)
    place = project.config.origins.get((section, key))
    return answer(project, alike[0], [f"set in {short(place)}" if place else "not set: the default holds"])


ABOUT: dict[str, Callable[[Kernel, list[Contribution]], Answer]] = {
    "hook": about_hook,
    "layer": about_layer,
    "route": about_route,
    "template": about_template,
    "key": about_key,
}


def answer(project: Kernel, one: Contribution, told: Iterable[str]) -> Answer:
    """Return the answer about one contribution, ended by why its owner is here."""
    owner = next((member for member in project.plan.active if member.name == one.owner), None)
    detail = f": {one.detail}" if one.detail else ""
    place = f" ({short(one.where)})" if one.where else ""
    said = f"{one.kind} '{one.name}' comes from '{one.owner}'{place}{detail}"
    facts = {"owner": one.owner, "where": one.where, "detail": one.detail}
    if owner:
        facts |= {"distribution": owner.distribution, "version": owner.version}
        whence = f" from {owner.distribution} {owner.version}" if owner.distribution else ""
        chain = [*named(project, owner), *required_by(project, owner)]
        told = [
            *told,
            f"{owner.kind} '{owner.name}'{whence} is active: {'; '.join(chain) or 'handed over by the program'}",
        ]
    return Answer(one.kind, one.name, said, tuple(told), facts)
