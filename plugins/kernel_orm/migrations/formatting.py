"""Print the calls of a revision so that a formatter leaves them as they are, whatever its line length.

What fits into 79 columns stands on one line; anything else has a line for each argument and a comma
behind the last one, which a formatter respects.
"""

import ast
from collections.abc import Sequence

WIDTH = 79
BRACKETS = {ast.List: ("[", "]"), ast.Tuple: ("(", ")"), ast.Set: ("{", "}")}


def formatted(source: str, indent: int = 4) -> str:
    """Return statements, calls and `with` blocks, printed *indent* columns to the right; comments are left out."""
    return "\n".join(_statement(node, indent) for node in ast.parse(source).body)


def _statement(node: ast.stmt, indent: int) -> str:
    if isinstance(node, ast.With) and isinstance(node.items[0].optional_vars, ast.Name):
        name = node.items[0].optional_vars.id
        head = expression(node.items[0].context_expr, indent, len(f"with  as {name}:"))
        body = [_statement(inner, indent + 4) for inner in node.body]
        return "\n".join([f"{' ' * indent}with {head} as {name}:", *body])
    if isinstance(node, ast.Expr):
        return " " * indent + expression(node.value, indent)
    return " " * indent + ast.unparse(node)


def expression(node: ast.expr, indent: int = 0, taken: int = 0) -> str:
    """Return one expression that starts on a line with *indent* and shares it with *taken* more columns."""
    line = _line(node)
    if indent + taken + len(line) <= WIDTH:
        return line
    if isinstance(node, ast.Call) and (node.args or node.keywords):
        parts = [*((arg, "") for arg in node.args), *((word.value, f"{word.arg}=") for word in node.keywords)]
        return _exploded(f"{ast.unparse(node.func)}(", parts, ")", indent)
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and node.elts:
        opening, closing = BRACKETS[type(node)]
        return _exploded(opening, [(item, "") for item in node.elts], closing, indent)
    return line


def _exploded(opening: str, parts: Sequence[tuple[ast.expr, str]], closing: str, indent: int) -> str:
    pad = " " * (indent + 4)
    lines = [f"{pad}{name}{expression(node, indent + 4, len(name) + 1)}," for node, name in parts]
    return "\n".join([opening, *lines, " " * indent + closing])


def _line(node: ast.expr) -> str:
    """Return an expression on one line, texts in double quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return quoted(node.value)
    if isinstance(node, ast.Call):
        words = [f"{word.arg}={_line(word.value)}" for word in node.keywords]
        return f"{ast.unparse(node.func)}({', '.join([*map(_line, node.args), *words])})"
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        opening, closing = BRACKETS[type(node)]
        comma = "," if isinstance(node, ast.Tuple) and len(node.elts) == 1 else ""
        return f"{opening}{', '.join(map(_line, node.elts))}{comma}{closing}"
    return ast.unparse(node)


def quoted(text: str) -> str:
    """Return the literal of a text in the quotes that need fewer escapes, double ones if it does not matter."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    letters = (letter if letter in "'\"" else repr(letter)[1:-1] for letter in text)
    return quote + "".join(f"\\{letter}" if letter == quote else letter for letter in letters) + quote


def literal(value: str | Sequence[str] | None) -> str:
    """Return the literal of a text, of several, or of None."""
    return expression(ast.parse(repr(value), mode="eval").body)
