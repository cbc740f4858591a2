"""Kernels made for tests see nothing of what else is installed."""

import subprocess
import sys

import pytest
from kernel_testing import Client, make_kernel
from kernel_testing.isolation import ours

from kernel import App, Kernel, Plugin, hookimpl
from kernel.errors import BootError

pytestmark = pytest.mark.anyio


class Own(Plugin):
    name = "own"

    @hookimpl
    def kernel_configure(self, kernel):
        kernel.provide("own", self)


def test_the_standard_plugins_are_active_by_default():
    plan = make_kernel(plugins=[Own]).boot().plan
    assert {"settings", "router", "own"} <= {member.name for member in plan.active}


def test_without_the_standard_plugins_nothing_is_discovered():
    plan = make_kernel(plugins=[Own], standard=False).boot().plan
    assert [member.name for member in plan.members] == ["own", "project"]


def test_naming_a_plugin_without_discovery_says_to_hand_it_over():
    kernel = make_kernel(config={"plugins": {"active": "router"}}, standard=False)
    with pytest.raises(BootError, match=r"hand it over as plugins=\[\.\.\.\]"):
        kernel.boot()


def test_only_what_our_distribution_brings_is_seen():
    assert {member.distribution for member in ours()} == {"asgi-kernel"}


def test_the_configuration_is_that_of_the_test():
    kernel = make_kernel(config={"shop": {"currency": "EUR"}}, apps=[App(name="shop")])
    assert kernel.config["shop"] == {"currency": "EUR"}
    assert kernel.config.path is None


def test_a_standard_plugin_can_be_blocked():
    kernel = make_kernel(config={"plugins": {"blocked": "params"}})
    assert "params" not in {member.name for member in kernel.boot().plan.active}


async def test_kernels_share_nothing():
    one, other = make_kernel(plugins=[Own]), make_kernel(plugins=[Own])
    async with Client(one), Client(other):
        assert one.service("own") is not other.service("own")


def test_the_fixture_is_the_factory(kernel_app):
    assert isinstance(kernel_app(standard=False), Kernel)


HEAVY = """
import pytest, sys
known = {*sys.modules}
import kernel_testing.fixtures
print(sorted({"kernel", "anyio", "pluggy", "click", "importlib_metadata"} & ({*sys.modules} - known)))
"""


def test_the_pytest_plugin_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", HEAVY], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
