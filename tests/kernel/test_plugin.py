"""An App is a plugin whose keywords are its hook answers."""

import pytest

from kernel import App, Plugin


def test_a_plugin_needs_to_say_nothing():
    plugin = Plugin()
    assert (plugin.name, plugin.requires, plugin.after, plugin.before, plugin.provides) == ("", (), (), (), ())
    assert (plugin.Config, plugin.section, plugin.specs, plugin.api) == (None, "", (), (1, 0))


def test_an_app_separates_options_from_answers():
    app = App(name="shop", prefix="/shop", routes=[1], tags="a", before_request=print, graphql={"a": 1})
    assert app.answers == {"routes": [1], "graphql": {"a": 1}}
    assert (app.name, app.prefix) == ("shop", "/shop")
    assert (app.options.tags, app.options.before_request) == (("a",), print)


def test_an_app_knows_where_it_was_declared():
    assert App().where.startswith(f"{__file__}:")


@pytest.mark.parametrize("attribute", ["requires", "after", "before", "provides"])
def test_the_order_of_an_app_is_one_name_or_several(attribute):
    assert getattr(App(**{attribute: "orm"}), attribute) == ("orm",)
    assert getattr(App(**{attribute: ["orm", "b"]}), attribute) == ("orm", "b")
