"""`kernel shell` runs Python with the started project."""

import io

import pytest

LIVING = """
from kernel import App, Hooks

hooks = Hooks()

@hooks.on("startup")
async def begin(app):
    app.context["open"] = True

@hooks.on("shutdown")
async def end():
    open("closed", "w").close()

app = App(hooks=hooks)
"""


def test_code_runs_with_the_started_project_and_may_await(make_project, invoke):
    project = make_project("[apps]\nactive = living\n", living=LIVING)
    result = invoke("shell", "-c", "import anyio; await anyio.sleep(0); print(app.context['open'])")
    assert (result.exit_code, result.output) == (0, "True\n")
    assert (project / "closed").exists()


def test_without_a_start_nothing_is_opened(make_project, invoke):
    project = make_project("[apps]\nactive = living\n", living=LIVING)
    result = invoke("shell", "--no-start", "-c", "print(dict(app.context), config['apps']['active'])")
    assert (result.exit_code, result.output) == (0, "{} ('living',)\n")
    assert not (project / "closed").exists()


def test_code_that_raises_shows_why_and_exits_1(project, invoke):
    result = invoke("shell", "-c", "1 / 0")
    assert (result.exit_code, "ZeroDivisionError" in result.stderr) == (1, True)


def test_code_that_does_not_parse_exits_1(project, invoke):
    result = invoke("shell", "-c", "1 +")
    assert (result.exit_code, "SyntaxError" in result.stderr) == (1, True)


@pytest.mark.parametrize("code", ["import sys; sys.exit(7)", "import anyio, sys; await anyio.sleep(0); sys.exit(7)"])
def test_code_may_end_the_shell(project, invoke, code):
    assert invoke("shell", "-c", code).exit_code == 7


def test_what_is_typed_runs_line_by_line(make_project, invoke, monkeypatch, capsys):
    make_project("[apps]\nactive = living\n", living=LIVING)
    monkeypatch.setattr("sys.stdin", io.StringIO("x = 6\n1 / 0\nprint(x * 7)\n"))
    from kernel_admin.shell import shell

    with pytest.raises(SystemExit) as ended:
        shell.main([], prog_name="shell")
    captured = capsys.readouterr()
    assert ended.value.code == 0
    assert "42" in captured.out
    assert "apps: living" in captured.err
    assert "ZeroDivisionError" in captured.err
