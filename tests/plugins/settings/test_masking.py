"""No secret is shown, wherever it came from."""

import pytest
from hypothesis import given, strategies as st
from kernel_settings import Secret, mask, shown

from kernel.boot.config import Config, read

MASK = "********"


@pytest.mark.parametrize(
    "key",
    ["password", "db_passwd", "secret", "client_secret", "token", "api_key", "apikey", "aes_key", "keys", "key", "dsn",
     "session_cookie", "credentials", "authorization"],
)  # fmt: skip
def test_a_key_that_sounds_secret_is_hidden(key):
    assert mask(Config({}), "shop", key, "s3cret") == MASK


@pytest.mark.parametrize("key", ["currency", "monkey_business", "keyboard"])
def test_other_keys_are_shown(key):
    assert mask(Config({}), "shop", key, "value") == "value"


@pytest.mark.parametrize("value", ["", None, ()])
def test_an_empty_secret_is_shown_to_be_empty(value):
    assert not mask(Config({}), "shop", "password", value)


def test_what_came_from_env_or_file_is_hidden(monkeypatch, tmp_path):
    monkeypatch.setenv("SHOP_URL", "s3cret")
    (tmp_path / "secret").write_text("s3cret")
    config = read({"shop": {"url": "env:SHOP_URL", "other": f"file:{tmp_path}/secret", "plain": "a"}})
    assert shown(config)["shop"] == {"url": MASK, "other": MASK, "plain": "a"}


def test_a_secret_by_type_is_hidden():
    assert mask(Config({}), "shop", "currency", Secret("s3cret")) == MASK


def test_the_items_of_a_list_are_hidden_one_by_one():
    assert mask(Config({}), "shop", "urls", ("a", "http://u:s3cret@h/")) == ["a", f"http://u:{MASK}@h/"]
    assert mask(Config({}), "shop", "tokens", ["a", "b"]) == MASK


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("postgres://user:s3cret@host/db", f"postgres://user:{MASK}@host/db"),
        ("redis://:s3cret@host", f"redis://:{MASK}@host"),
        ("http://host:80/a@b", "http://host:80/a@b"),
        ("http://u:p@s@h/x", f"http://u:{MASK}@h/x"),
    ],
)
def test_credentials_inside_an_url_are_hidden(url, wanted):
    assert mask(Config({}), "shop", "url", url) == wanted


@given(st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc", "Zl", "Zp"], exclude_characters="/*"), min_size=4))
def test_no_password_of_an_url_is_ever_shown(password):
    assert password not in mask(Config({}), "shop", "url", f"db://user:{password}@host").removeprefix("db://user")


def test_other_values_are_shown_as_they_are():
    assert mask(Config({}), "shop", "number", 3) == 3
