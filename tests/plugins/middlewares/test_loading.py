"""What is wrong with a middleware is told at boot, with its place in the configuration."""

import sys
from dataclasses import dataclass

import pytest
from kernel_middlewares import Middleware
from kernel_settings import Duration

from kernel import Kernel


class Plain(Middleware):
    async def process_request(self, request):
        return request, None


@dataclass
class TokenConfig:
    secret: str
    ttl: Duration


class Token(Plain):
    Config = TokenConfig


class Typed(Plain):
    def __init__(self, limit: int, names: list[str] = ["a"], *, label="x") -> None:  # noqa: B006  # as users write it
        self.limit, self.names, self.label = limit, names, label


class Loose(Plain):
    def __init__(self, size: int = 0, **options):
        self.size, self.options = size, options


class Failing(Plain):
    def __init__(self):
        raise ValueError("no")


def made(kernel, name):
    """Return the instance of a middleware."""
    (plugin,) = [member.plugin for member in kernel.boot().plan.active if member.name == "middlewares"]
    return plugin._middlewares[f"stock.{name}"]


def problem(kernel):
    (found,) = kernel.problems
    return found


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Return a function that writes a project with a module and returns its kernel."""

    def write(active, **modules):
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        (tmp_path / "config.ini").write_text(f"[middlewares]\nactive = {active}\n")
        return Kernel(tmp_path)

    before, path = set(sys.modules), list(sys.path)
    yield write
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def test_there_is_one_instance_for_each_kernel(kernel_of):
    one, other = kernel_of(Plain), kernel_of(Plain)
    assert made(one, "Plain") is made(one, "Plain")
    assert made(one, "Plain") is not made(other, "Plain")


def test_a_config_is_validated_and_handed_over(kernel_of):
    token = made(kernel_of(Token, **{"middlewares.Token": {"secret": "s", "ttl": "2m"}}), "Token")
    assert (token.config.secret, token.config.ttl) == ("s", 120)


def test_a_class_names_its_section(kernel_of):
    class Named(Token):
        section = "accounts"

    assert made(kernel_of(Named, accounts={"secret": "s", "ttl": "1m"}), "Named").config.secret == "s"


def test_keys_are_arguments_of_the_constructor_and_typed_by_it(kernel_of):
    typed = made(kernel_of(Typed, **{"middlewares.Typed": {"limit": "3", "names": "a, b"}}), "Typed")
    assert (typed.limit, typed.names, typed.label) == (3, ["a", "b"], "x")


def test_a_constructor_may_take_any_key(kernel_of):
    kernel = kernel_of(Loose, **{"middlewares.Loose": {"a": "1", "size": "3"}})
    assert (made(kernel, "Loose").size, made(kernel, "Loose").options) == (3, {"a": "1"})
    assert kernel.problems == []
    assert made(kernel_of(Loose), "Loose").options == {}


@pytest.mark.parametrize(
    ("kind", "keys", "text"),
    [
        (Token, {"secert": "s", "ttl": "1m"}, "has no key 'secert'; did you mean 'secret'?"),
        (Token, {"secret": "s", "ttl": "soon"}, "[middlewares.Token] ttl"),
        (Typed, {"limit": "three"}, "[middlewares.Typed] limit"),
        (Typed, {"limti": "3"}, "has no key 'limti'; did you mean 'limit'?"),
        (Typed, {}, "missing 1 required keyword-only argument: 'limit'"),
        (Plain, {"a": "1"}, "[middlewares.Plain] has no key 'a'"),
    ],
)
def test_a_wrong_section_is_told(kernel_of, kind, keys, text):
    assert text in problem(kernel_of(kind, **{f"middlewares.{kind.__name__}": keys})).message


def test_a_section_of_a_plugin_is_not_a_middlewares(kernel_of):
    class Taking(Token):
        section = "errors"

    message = problem(kernel_of(Taking)).message
    assert message == "middleware 'stock.Taking': section [errors] belongs to a plugin"


def test_a_slip_in_the_name_of_a_section_is_told_once(kernel_of):
    token = {"secret": "s", "ttl": "1m"}
    found = problem(kernel_of(Token, **{"middlewares.Token": token, "middlewares.Tokne": token}))
    assert "did you mean 'middlewares.Token'?" in found.message


@pytest.mark.parametrize(
    ("active", "text"),
    [
        ("Auth", "middleware 'Auth' has no module"),
        ("nowhere.Auth", "middleware 'nowhere.Auth' cannot be found: there is no module 'nowhere'"),
        ("auth.Auht", "middleware 'auth.Auht' cannot be found: module 'auth' has no 'Auht'; did you mean 'Auth'?"),
        ("auth.number", "middleware 'auth.number' is 3, which is no Middleware class"),
        ("auth.Stranger", "which is no Middleware class"),
        ("broken:Auth", "middleware 'broken.Auth' cannot be imported: ValueError: no"),
        ("auth.Auth, auth:Auth", "middleware 'auth.Auth' stands twice"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_line(project, active, text):
    auth = "from kernel_middlewares import Middleware\nnumber = 3\nclass Stranger: pass\nclass Auth(Middleware): pass\n"
    found = problem(project(active, auth=auth, broken="raise ValueError('no')"))
    assert text in found.message
    assert found.where.endswith("config.ini:2")


def test_a_constructor_that_fails_is_told(kernel_of):
    found = problem(kernel_of(Failing))
    assert found.message == "middleware 'stock.Failing' cannot be made: ValueError: no"
    assert __file__ in found.hint


def test_everything_that_is_wrong_is_told_at_once(kernel_of):
    assert len(kernel_of(Failing, Token, Plain).problems) == 2


class Selfless(Middleware):
    def process_request(request):
        return request


class Waiting(Middleware):
    async def process_application(self, application):
        return application


class Breaking(Middleware):
    def process_application(self, application):
        raise ValueError("no")


class Forgetting(Middleware):
    def process_application(self, application):
        pass


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Selfless, "middleware 'stock.Selfless': process_request cannot be called: too many positional arguments"),
        (Waiting, "middleware 'stock.Waiting': process_application is called at boot, where nothing can wait"),
        (Breaking, "middleware 'stock.Breaking' failed: ValueError: no"),
        (Forgetting, "middleware 'Forgetting.process_application' owes the application or an ASGI application that"),
    ],
)
def test_a_method_that_cannot_work_is_told(kernel_of, kind, text):
    assert text in problem(kernel_of(kind)).message


def test_only_what_is_overridden_is_compiled_in(kernel_of):
    class Idle(Middleware):
        pass

    layers = [layer for layer in kernel_of(Idle, Plain).plan.layers if layer.plugin == "middlewares"]
    assert [(layer.name, layer.level) for layer in layers] == [("stock.Plain", "application")]


def test_the_plan_shows_them_in_order(kernel_of):
    class Wrapping(Plain):
        async def process_handler(self, request, handler):
            return handler

    plan = kernel_of(Plain, Wrapping).plan
    steps = [*plan.application, *plan.routes[0][1]]
    found = [(step.callable, step.level, step.is_async) for step in steps if step.plugin == "middlewares"]
    assert found == [
        ("stock.Plain", "application", True),
        ("stock.Wrapping", "application", True),
        ("stock.Wrapping.process_handler", "route", True),
    ]
    assert all(__file__ in step.where for step in steps if step.plugin == "middlewares")
