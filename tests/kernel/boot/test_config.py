"""What config.ini says, and where it says it."""

import os

import pytest
from hypothesis import given, strategies as st

from kernel.boot.config import Config, items, locate, read
from kernel.errors import ConfigError


@pytest.fixture
def ini(tmp_path):
    """Return a function that writes config.ini and returns its path."""

    def write(text, name="config.ini"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def value(path, key="key"):
    return read(path)["shop"][key]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("key = 100%", "100%"),
        ("key = %(home)s", "%(home)s"),
        ("KeY = a", "a"),
        ("key: a", "a"),
        ("key = a ; why", "a"),
        ("key = a # why", "a"),
        ("key = a#b;c", "a#b;c"),
        ("key = ; nothing", ""),
        ("key =", ""),
        ("key = a = b", "a = b"),
        ('key = "a"', '"a"'),
        ("key = a, b", "a, b"),
    ],
)
def test_a_value_is_read(ini, line, wanted):
    assert value(ini(f"[shop]\n{line}\n")) == wanted


def test_several_lines_are_a_tuple_without_the_comments_behind_them(ini):
    path = ini("[shop]\nkey =\n    a\n    b # why\n    c ; why\nother = 1\n")
    assert read(path)["shop"] == {"key": ("a", "b", "c"), "other": "1"}


@pytest.mark.parametrize("between", ["    ; b", "    # b", "; b", ""])
def test_an_item_of_a_list_may_be_commented_out(ini, between):
    assert value(ini(f"[shop]\nkey =\n    a\n{between}\n    c\n")) == ("a", "c")


def test_a_list_may_begin_on_the_line_of_its_key(ini):
    assert value(ini("[shop]\nkey = a\n    b\n")) == ("a", "b")


def test_windows_line_ends_are_no_part_of_a_value(ini):
    assert read(ini(b"[shop]\r\nkey = a\r\nlist =\r\n  b\r\n  c\r\n"))["shop"] == {"key": "a", "list": ("b", "c")}


def test_a_default_section_does_not_bleed_into_others(ini):
    assert read(ini("[DEFAULT]\na = 1\n[shop]\nb = 2\n")) == {"DEFAULT": {"a": "1"}, "shop": {"b": "2"}}


LITERAL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1).map(str.strip)


@given(LITERAL.filter(lambda text: not text.startswith(("env:", "file:", ";", "#"))))
def test_any_value_without_a_comment_is_literal(tmp_path_factory, text):
    """R132."""
    if any(mark in text and text[text.index(mark) - 1].isspace() for mark in ";#"):
        text = text.replace(";", "").replace("#", "").strip()
    path = tmp_path_factory.mktemp("any") / "config.ini"
    path.write_text(f"[shop]\nkey = {text}\nother = x\n", "utf-8")
    config = read(path)
    assert config["shop"] == {"key": text, "other": "x"}
    assert config.origin("shop", "other") == f"{path}:3"


@given(st.lists(LITERAL.filter(lambda text: text and not {*",;#"} & {*text} and ":" not in text), min_size=2))
def test_a_list_is_the_same_with_commas_and_lines(tmp_path_factory, parts):
    path = tmp_path_factory.mktemp("any") / "config.ini"
    lines = "\n".join(f"    {part}" for part in parts)
    path.write_text(f"[shop]\ncommas = {', '.join(parts)}\nlines =\n{lines}\n", "utf-8")
    shop = read(path)["shop"]
    assert items(shop["commas"]) == items(shop["lines"]) == parts


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a", ["a"]),
        ("a, b,", ["a", "b"]),
        ("", []),
        (("a", " b "), ["a", "b"]),
        ([1, "a"], [1, "a"]),
        (("a", ""), ["a"]),
    ],
)
def test_items_of_a_list(given, wanted):
    assert items(given) == wanted


def test_a_value_may_stand_in_the_environment(ini, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "s3cret ; all of it")
    config = read(ini("[shop]\nkey = env:SHOP_KEY\n"))
    assert config["shop"]["key"] == "s3cret ; all of it"
    assert config.secrets == {("shop", "key")}


@pytest.mark.parametrize(
    ("content", "wanted"), [("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), ("a\nb\n", "a\nb"), ("", "")]
)
def test_a_value_may_stand_in_a_file_whose_last_newline_is_dropped(ini, content, wanted):
    secret = ini(content, "secret.txt")
    config = read(ini(f"[shop]\nkey = file:{secret}\n"))
    assert config["shop"]["key"] == wanted
    assert config.secrets == {("shop", "key")}


def test_a_relative_file_lies_beside_the_configuration(ini, monkeypatch):
    ini("a", "secret.txt")
    monkeypatch.chdir("/")
    assert value(ini("[shop]\nkey = file:secret.txt\n")) == "a"


@pytest.mark.parametrize(
    ("reference", "thing"),
    [("env:SHOP_KEY", "environment variable SHOP_KEY"), ("file:nowhere", "file .*nowhere"), ("file:bad", "file .*bad")],
)
def test_a_reference_to_nothing_is_a_finding_with_its_line(ini, reference, thing):
    ini(b"\xff", "bad")
    path = ini(f"[shop]\na = 1\nkey = {reference}\n")
    (problem,) = read(path).problems
    assert (problem.id, problem.level, problem.where) == ("config.reference", "error", f"{path}:3")
    assert problem.hint
    with pytest.raises(AssertionError, match=rf"\[shop\] key: {thing} cannot be read"):
        raise AssertionError(problem.message)


def test_a_configuration_does_not_show_its_values():
    assert repr(Config({"shop": {"password": "s3cret"}})) == "Config(['shop'])"


def test_the_environment_overrides_a_key(ini, monkeypatch):
    monkeypatch.setenv("KERNEL__SHOP__KEY", "b")
    monkeypatch.setenv("KERNEL__NEW__LONG__NAME", "c")
    monkeypatch.setenv("KERNEL__NEW", "ignored")
    monkeypatch.setenv("OTHER__SHOP__KEY", "ignored")
    config = read(ini("[shop]\nkey = a\n"))
    assert config == {"shop": {"key": "b"}, "new": {"long__name": "c"}}
    assert config.origin("shop", "key") == "env KERNEL__SHOP__KEY"


def test_an_override_may_be_a_reference(monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "s3cret")
    monkeypatch.setenv("KERNEL__SHOP__KEY", "env:SHOP_KEY")
    assert read({"shop": {"key": "a"}})["shop"] == {"key": "s3cret"}


def test_the_environment_chooses_another_file(ini, monkeypatch):
    ini("[shop]\nkey = plain\n")
    ini("[shop]\nkey = dev\n", "config.dev.ini")
    assert value(None) == "plain"
    monkeypatch.setenv("KERNEL_ENV", "dev")
    assert value(None) == "dev"


def test_a_missing_file_of_the_environment_is_an_error(ini, monkeypatch):
    ini("[shop]\nkey = plain\n")
    monkeypatch.setenv("KERNEL_ENV", "prod")
    with pytest.raises(ConfigError, match=r"config\.prod\.ini"):
        read()


def test_the_environment_points_to_another_place(ini, monkeypatch):
    monkeypatch.setenv("KERNEL_ENV", "dev")
    monkeypatch.setenv("KERNEL_CONFIG", str(ini("[shop]\nkey = there\n", "elsewhere.ini")))
    assert value(None) == "there"


def test_a_path_wins_over_the_environment(ini, monkeypatch):
    monkeypatch.setenv("KERNEL_CONFIG", "/nowhere/config.ini")
    assert value(ini("[shop]\nkey = here\n")) == "here"


def test_a_folder_stands_for_the_configuration_in_it(ini):
    path = ini("[shop]\nkey = a\n")
    assert locate(path.parent) == (path, True)


def test_a_function_may_say_the_path(ini):
    assert value(lambda: ini("[shop]\nkey = a\n")) == "a"


def test_without_a_file_there_are_defaults(tmp_path):
    config = read()
    assert (config, config.path, config.root) == ({}, None, tmp_path)


def test_a_file_that_was_asked_for_must_exist(tmp_path):
    """R132."""
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "config.ini")
    (problem,) = caught.value.problems
    assert (problem.id, problem.where) == ("config.unreadable", str(tmp_path / "config.ini"))
    assert "kernel new project" in problem.hint


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[shop]\nkey = 1\nkey = 2\n", ":3", "'key'"),
        ("[shop]\nKey = 1\nkEY = 2\n", ":3", "'key'"),
        ("[shop]\n[shop]\n", ":2", "'shop'"),
        ("key = 1\n", ":1", "no section"),
        ("[shop]\nnonsense\n", ":2", "parsing"),
        (b"[shop]\nkey = \xff\n", "", "utf-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(ini, text, line, message):
    path = ini(text)
    with pytest.raises(ConfigError, match=message) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert (problem.id, problem.where) == ("config.unreadable", f"{path}{line}")
    assert "\n" not in problem.message
    assert "'key = value', each once" in problem.hint


@pytest.mark.parametrize("text", ["[shop]\npassword s3cret\n", "password = s3cret\n"])
def test_a_line_that_cannot_be_read_is_not_shown(ini, text):
    with pytest.raises(ConfigError) as caught:
        read(ini(text))
    assert "s3cret" not in str(caught.value)


def test_each_key_has_a_line(ini):
    path = ini("; comment\n[shop]\n# comment\nOne = 1\n\ntwo:\n    a = b\nthree = x\n[other]\nfour = 4\n")
    config = read(path)
    lines = {(section, key): place.removeprefix(f"{path}:") for (section, key), place in config.origins.items()}
    wanted = {("shop", ""): "2", ("shop", "one"): "4", ("shop", "two"): "6", ("shop", "three"): "8"}
    assert lines == {**wanted, ("other", ""): "9", ("other", "four"): "10"}


def test_the_origin_of_an_unwritten_key_is_its_section(ini):
    path = ini("[shop]\na = 1\n")
    assert read(path).origin("shop", "b") == f"{path}:1"
    assert read(path).origin("other", "b") == ""


def test_sections_may_be_given_as_a_mapping():
    config = read({"shop": {"Key": 3, "other": "a"}})
    assert config == {"shop": {"key": 3, "other": "a"}}


def test_a_mapping_that_was_given_is_not_changed():
    given = {"shop": {"key": "a"}}
    read(given)["shop"]["key"] = "b"
    assert given == {"shop": {"key": "a"}}


def test_a_text_of_a_mapping_is_literal():
    assert read({"shop": {"key": "a #b"}})["shop"]["key"] == "a #b"


def test_a_byte_order_mark_is_no_part_of_the_file(ini):
    assert value(ini(b"\xef\xbb\xbf[shop]\nkey = a\n")) == "a"


@pytest.mark.parametrize("odd", ["\x0c", "\x85", "\u2028"])
def test_only_a_newline_begins_a_line(ini, odd):
    path = ini(f"[shop]\na = b{odd}c\nkey = 1\n")
    assert read(path).origin("shop", "key") == f"{path}:3"


def test_the_environment_of_the_tests_is_bare():
    assert not [name for name in os.environ if name.startswith("KERNEL_")]
