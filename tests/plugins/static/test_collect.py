from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner


def run(kernel: Any, *arguments: str) -> Any:
    group = click.Group()
    list(kernel.booted.registry.collect("kernel_commands", cli=group))
    return CliRunner().invoke(group, ["static", "collect", *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_is_copied_under_both_of_its_names(make_kernel: Any, static: Path, tmp_path: Path) -> None:
    (static / "site.css.gz").write_bytes(b"packed")
    kernel, target = make_kernel(static={"url": "/"}).boot(), tmp_path / "new" / "target"
    result = run(kernel, str(target))
    assert (result.exit_code, result.output) == (0, f"3 files are in '{target}'\n")
    names = [kernel.service("static_url")(path)[1:] for path in ("shop/site.css", "shop/img/a.svg")]
    css, svg = (static / "site.css").read_bytes(), b"<svg/>"
    assert contents(target) == {
        "shop/site.css": css,
        names[0]: css,
        "shop/site.css.gz": b"packed",
        f"{names[0]}.gz": b"packed",
        "shop/img/a.svg": svg,
        names[1]: svg,
    }


def test_a_single_file_is_told_in_words_that_fit(make_kernel: Any, static: Path, tmp_path: Path) -> None:
    (static / "img" / "a.svg").unlink()
    assert run(make_kernel().boot(), str(tmp_path / "target")).output == f"1 file is in '{tmp_path / 'target'}'\n"


def test_older_versions_stay(make_kernel: Any, static: Path, tmp_path: Path) -> None:
    kernel = make_kernel().boot()
    run(kernel, str(tmp_path / "target"))
    before = contents(tmp_path / "target")
    (static / "site.css").write_text("new")
    run(kernel, str(tmp_path / "target"))
    after = contents(tmp_path / "target")
    assert after["shop/site.css"] == b"new"
    assert before.keys() < after.keys()
