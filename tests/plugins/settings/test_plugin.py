"""The sections of plugins and of the kernel are validated in one go."""

from dataclasses import dataclass

import pytest
from kernel_settings.plugin import Settings
from kernel_testing import make_kernel

from kernel import Kernel, Plugin, hookimpl
from kernel.errors import ConfigError


@dataclass
class ShopConfig:
    currency: str = "EUR"


class Shop(Plugin):
    name = "shop"
    Config = ShopConfig

    @hookimpl
    def kernel_configure(self, kernel, config):
        kernel.provide("shop", config)


def kernel_of(**config):
    return make_kernel([Settings, Shop], config=config, standard=False)


def test_a_plugin_gets_its_validated_section():
    kernel = kernel_of(shop={"currency": "USD"})
    assert kernel.boot().service("shop") == ShopConfig("USD")


def test_the_schemas_of_all_sections_are_offered():
    assert set(kernel_of().boot().service("schemas")) == {"plugins", "apps", "order", "checks", "shop"}


def test_the_sections_of_the_kernel_are_validated_together_with_the_others():
    kernel = kernel_of(plugins={"on_eror": "fail"}, order={"plugns": "a"}, shop={"curency": "USD"})
    with pytest.raises(ConfigError) as caught:
        kernel.boot()
    messages = [problem.message for problem in caught.value.problems]
    assert {message.split("'")[1] for message in messages} == {"on_eror", "plugns", "curency"}


def test_the_sections_of_the_kernel_are_validated_without_others_too():
    kernel = make_kernel([Settings], config={"plugins": {"on_eror": "fail"}}, standard=False)
    with pytest.raises(ConfigError):
        kernel.boot()


def test_a_section_that_is_nearly_owned_is_a_warning():
    (problem,) = kernel_of(shpo={"currency": "USD"}).boot().problems
    assert problem.message == "no plugin owns section [shpo]; did you mean 'shop'?"
    assert problem.level == "warning"


@pytest.mark.parametrize("section", ["SHOP", "Shop", "sho-p"])
def test_a_section_written_another_way_is_a_warning(section):
    (problem,) = kernel_of(**{section: {"currency": "USD"}}).boot().problems
    assert problem.message == f"no plugin owns section [{section}]; did you mean 'shop'?"


def test_a_section_of_a_plugin_that_does_not_run_is_a_warning():
    kernel = Kernel({"cors": {"origins": "x"}}).boot()
    (problem,) = kernel.problems
    where = "plugin 'cors' does not run (installed, but not named in [plugins] active)"
    assert (problem.id, problem.message) == ("config.section", f"no plugin owns section [cors]: {where}")
    assert problem.hint == "name it in [plugins] active, or take out what only it reads"


def test_other_sections_are_free_for_apps():
    kernel = kernel_of(accounts={"aes_key": "x"}).boot()
    assert not kernel.problems
    assert kernel.config["accounts"]["aes_key"] == "x"
