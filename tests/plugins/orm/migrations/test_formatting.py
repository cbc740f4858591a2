"""Generated code stands as a formatter would leave it, and means what it meant."""

import ast
import shutil
import subprocess

import pytest
from hypothesis import given, strategies as st
from kernel_orm.migrations.formatting import WIDTH, formatted, literal, quoted

names = st.sampled_from(["op.f", "sa.Column", "op.create_table", "sa.String"])
values = st.one_of(st.text(), st.integers(), st.booleans(), st.none()).map(repr)
words = st.sampled_from(["name", "nullable"])


def call(parts: list[str], word: str, name: str) -> str:
    return f"{name}({', '.join([*parts, f'{word}={parts[-1]}'] if parts else [])})"


def several(parts: list[str]) -> str:
    return f"[{', '.join(parts)}]"


expressions = st.recursive(
    values,
    lambda inner: st.one_of(
        st.builds(call, st.lists(inner, max_size=4), words, names),
        st.lists(inner, max_size=4).map(several),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({', '.join(parts)},)"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"{{{', '.join(parts)}}}"),
    ),
    max_leaves=20,
)
LONG = """op.create_table('a', sa.Column('id', sa.Integer()), sa.Enum('one', 'two', "it's", 'say "so"', 'four', 'five'))
with op.batch_alter_table('orders', schema=None) as batch_op:
    batch_op.add_column(sa.Column('x', sa.String(length=10), server_default=sa.text("'a'"), nullable=False))
    batch_op.create_index(batch_op.f('ix_orders_a_name_that_is_rather_long'), ['one', 'two', 'three', 'four_and_more'])

with op.batch_alter_table('a_name_that_is_as_long_as_postgresql_takes_and_no_longer_', schema=None) as batch_op:
    batch_op.drop_column('x')
"""


@given(st.text())
def test_a_text_in_quotes_is_the_same_text(text: str) -> None:
    assert ast.literal_eval(quoted(text)) == text


@given(st.lists(expressions, min_size=1))
def test_formatting_changes_nothing_but_the_form(calls: list[str]) -> None:
    source = "\n".join(calls)
    wrapped = f"if 1:\n{formatted(source)}"
    assert ast.dump(ast.parse(wrapped).body[0].body[0]) == ast.dump(ast.parse(source).body[0])  # type: ignore[attr-defined]  # an If


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a", '"a"'), ("it's", '"it\'s"'), ('say "so"', "'say \"so\"'"), ("'\"", '"\'\\""'), ("é\n", '"é\\n"')],
)
def test_quotes_are_double_unless_that_takes_more_escapes(text: str, shown: str) -> None:
    assert quoted(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "None"), ("a", '"a"'), (("a",), '("a",)'), (("a", "b"), '("a", "b")')]
)
def test_identifiers_are_written_as_literals(value: object, shown: str) -> None:
    assert literal(value) == shown  # type: ignore[arg-type]  # all of them are


def test_what_fits_stands_on_one_line_and_the_rest_on_many() -> None:
    lines = formatted(LONG).splitlines()
    assert '    with op.batch_alter_table("orders", schema=None) as batch_op:' in lines
    assert '        batch_op.drop_column("x")' in lines
    assert max(map(len, lines)) <= WIDTH
    assert formatted("x = 1") == "    x = 1"


@pytest.mark.parametrize("width", ["79", "88", "120"])
def test_ruff_leaves_it_as_it_is_whatever_its_line_length(width: str) -> None:
    ruff = shutil.which("ruff") or pytest.skip("ruff is not installed")
    source = f"def upgrade() -> None:\n{formatted(LONG)}\n"
    command = [ruff, "format", "--isolated", "--line-length", width, "-"]
    assert subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout == source
