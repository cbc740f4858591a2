"""The branch of an app: what its revisions are called, and where they are."""

from pathlib import Path
from typing import Any

import pytest
from kernel_orm.migrations.branches import Branch, folder

from kernel import App, Plugin


@pytest.mark.parametrize(
    ("app", "label", "prefix"),
    [
        ("shop", "shop", "shop"),
        ("acme-shop", "acme_shop", "acme_shop"),
        ("book.apps.shop:app", "book.apps.shop_app", "shop_app"),
        ("a_name_of_more_than_it_takes", "a_name_of_more_than_it_takes", "a_name_of_more_than"),
    ],
)
def test_a_label_has_nothing_that_alembic_reserves(app: str, label: str, prefix: str) -> None:
    branch = Branch(app, (), Path())
    assert (branch.label, branch.prefix) == (label, prefix)
    assert len(f"{branch.prefix}_0123456789ab") <= 32


def test_revisions_are_beside_the_file_that_declares_the_app() -> None:
    here = Path(__file__).resolve().parent / "migrations"
    assert folder(App(models=["shop.models"])) == here / "versions"
    assert folder(App(models=["shop.models"]), "archive") == here / "archive" / "versions"


def test_a_plugin_that_is_no_app_may_have_models_too() -> None:
    class Audit(Plugin): ...

    assert folder(Audit()) == folder(Audit) == Path(__file__).resolve().parent / "migrations" / "versions"


def test_an_app_in_a_plain_file_has_its_revisions_beside_it(project: Any) -> None:
    project.configure("[database]\n", apps="[apps]\nactive = blog:app\n")
    project.write("blog.py", "from kernel import App\napp = App(name='my-blog', models=['blog_models'])\n")
    project.write("blog_models.py", (project.folder / "accounts/models.py").read_text())
    project.ok("revision", "my-blog")
    [path] = (project.folder / "migrations/versions").glob("*.py")
    assert 'branch_labels = ("my_blog",)' in path.read_text()
    assert path.stem.rpartition("_")[0].endswith("my_blog")
    assert project.ok("create").count("upgrade my-blog") == 1
    for target in ("my-blog", "my_blog", "my-blog@head", "my_blog@head"):
        assert project.ok("upgrade", target) == "nothing to do\n"
