"""`kernel check --deploy`: each finding for production, told where it is due and nowhere else."""

import json
from pathlib import Path
from typing import Any

import pytest
from kernel_admin.deployment import survey
from kernel_router import Routes

import kernel
from kernel import App, Kernel
from kernel.boot.config import locate

CORS = "[plugins]\nactive = standard, cors\n[cors]\nallow_origins = *\n"
PASSWORD = "[mail]\npassword = wE6uT0xxPq"
BAD = {
    "error debug.enabled": "[debug]\nenabled = true",
    "error networking.hosts": "[networking]\nallowed_hosts = *",
    "warning networking.unset": "",
    "error networking.proxies": "[networking]\ntrusted_proxies = 0.0.0.0/0",
    "warning networking.bind": "[networking]\nbind = 0.0.0.0:80",
    "warning headers.hsts": "",
    "warning headers.off": "[headers]\nframe_options =",
    "warning trace.enabled": "[trace]\nenabled = true",
    "warning trace.header": "[trace]\nenabled = true",
    "warning logging.level": "[logging]\nlevel = debug",
    "warning templates.reload": "[templates]\nreload = true",
    "error websocket.origins": "[websocket]\nallow_origins = *",
    "error cors.everybody": CORS,
    "warning cors.private_network": f"{CORS}allow_private_network = on",
    "warning limits.unlimited": "[limits]\nmax_form_files = unlimited",
    "warning limits.high": "[limits]\nmax_body_size = 1GiB",
    "warning timeouts.high": "[timeouts]\nshutdown_hook = 1h",
    "warning timeouts.graceful": "[timeouts]\ngraceful = 0",
    "error orm.memory": "[database]\nurl = sqlite://",
    "warning orm.sqlite": "[database]",
    "error orm.echo": "[database]\necho = true",
    "error static.symlinks": "[static]\nfollow_symlinks = true",
    "error static.hidden": "[static]\nhidden_files = true",
    "warning media.active": "[media]\nprefix = /media\ninline_types = png, svg",
    "error settings.on_error": "[plugins]\non_error = disable",
    "error settings.weak_secret": "[security]\nsecret_keys = changeme",
    "warning settings.written_secret": PASSWORD,
    "error settings.readable": PASSWORD,
    "error settings.writable": "",
    "warning lock.missing": "",
    "warning checks.silenced": "[checks]\nsilenced = debug.enabeld",
}
GOOD = """
[networking]
allowed_hosts = shop.example
trusted_proxies = 10.0.0.1
[websocket]
allow_origins = https://shop.example
[mail]
password = env:MAIL_PASSWORD
[security]
secret_keys = env:SECRET_KEY
[limits]
max_body_size = 50MiB
[media]
prefix = /media
[headers]
hsts_seconds = 31536000
"""


@pytest.fixture(autouse=True)
def strong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "wE6uT0xxPq")
    monkeypatch.setenv("SECRET_KEY", "q1w2e3r4t5z6u7i8o9p0asdfghjklyxc")


def found(deploy: bool = True) -> list[str]:
    return [f"{one.problem.level} {one.problem.id}" for one in survey(kernel.app, deploy)]


@pytest.mark.parametrize("finding", BAD)
def test_a_setting_that_is_unfit_for_production_is_told(finding: str, make_project: Any) -> None:
    """R133."""
    (make_project(BAD[finding] + "\n") / "config.ini").chmod(0o606)

    assert finding in found()


def test_a_project_that_is_fit_for_production_has_no_findings(make_project: Any, invoke: Any) -> None:
    """R133."""
    (make_project(GOOD) / "config.ini").chmod(0o600)
    invoke("plugins", "lock")
    result = invoke("check", "--deploy", "--fail-level", "warning")

    assert (result.exit_code, result.stdout) == (0, "no problems\n")


def test_without_deploy_nobody_asks_what_is_unfit_for_production(make_project: Any) -> None:
    names = ("error debug.enabled", "warning trace.enabled", "warning orm.sqlite", "warning timeouts.graceful")
    make_project("\n".join(BAD[name] for name in names))

    assert found(deploy=False) == []


@pytest.mark.parametrize("deploy", [False, True])
def test_an_address_that_cannot_be_one_is_told_before_anything_runs(deploy: bool, make_project: Any) -> None:
    make_project("[networking]\nbind = localhost:99x\n")

    assert found(deploy).count("error config.value") == 1


def test_what_is_told_more_strictly_for_production_is_told_once(make_project: Any, invoke_json: Any) -> None:
    make_project(BAD["error networking.hosts"])
    problems = [one for one in invoke_json("check", "--deploy")["problems"] if one["id"] == "networking.hosts"]

    assert [(one["level"], one["tags"]) for one in problems] == [("error", ["networking", "deploy"])]
    assert problems[0]["where"].endswith("config.ini:2")


def test_what_is_silenced_is_counted_and_fails_nothing(make_project: Any, invoke: Any, invoke_json: Any) -> None:
    known = ["debug.enabled", "headers.hsts", "lock.missing", "networking.unset"]
    make_project(BAD["error debug.enabled"] + f"\n[checks]\nsilenced = {', '.join(known)}\n")
    told = invoke_json("check", "--deploy")

    assert invoke("check", "--deploy").stdout == "no problems, 4 silenced\n"
    assert invoke("check", "--deploy").exit_code == 0
    assert told["problems"] == []
    assert sorted(one["id"] for one in told["silenced"]) == known


def test_what_forbids_the_boot_cannot_be_silenced(make_project: Any, invoke: Any) -> None:
    make_project("[apps]\nactive = nowhere\n[checks]\nsilenced = plugin.failed\n")

    assert invoke("check", "--deploy").exit_code == 1


def test_an_id_that_silences_nothing_is_told_with_the_nearest(make_project: Any) -> None:
    make_project(BAD["error debug.enabled"] + "\n[checks]\nsilenced = debug.enabeld\n")
    [text] = [one.problem.message for one in survey(kernel.app, deploy=True) if one.problem.id == "checks.silenced"]

    assert text.endswith("the id 'debug.enabeld'; did you mean 'debug.enabled'?")


def test_findings_are_chosen_by_tag(make_project: Any, invoke_json: Any) -> None:
    make_project(BAD["error debug.enabled"] + "\n[database]\n")

    def ids(*words: str) -> set[str]:
        return {one["id"] for one in invoke_json("check", "--deploy", *words)["problems"]}

    assert ids("--tag", "orm") == {"orm.sqlite"}
    assert ids("--tag", "orm", "--tag", "debug") == {"debug.enabled", "orm.sqlite"}
    assert ids("--tag", "deploy") == ids()


@pytest.mark.parametrize(("level", "code"), [("warning", 1), ("error", 0), ("never", 0)])
def test_the_level_that_fails_can_be_chosen(level: str, code: int, make_project: Any, invoke: Any) -> None:
    make_project("[database]\n")

    assert invoke("check", "--deploy", "--fail-level", level).exit_code == code


def test_errors_can_be_told_without_failing(make_project: Any, invoke: Any) -> None:
    make_project(BAD["error debug.enabled"])

    assert invoke("check", "--deploy", "--fail-level", "never").exit_code == 0


def test_what_differs_from_the_lock_is_told(make_project: Any, invoke: Any) -> None:
    make_project("")
    invoke("plugins", "lock")
    make_project("[plugins]\nactive = standard, cors\n")
    kernel.app = Kernel(lambda: locate()[0])

    assert "error lock.drift" in found()


def test_a_lock_that_cannot_be_read_is_told(make_project: Any) -> None:
    (make_project("") / "plugins.lock").write_text("{")

    assert "error lock.unreadable" in found()


def test_without_a_file_nothing_has_to_be_locked() -> None:
    assert "lock.missing" not in [one.problem.id for one in survey(Kernel({}), deploy=True)]


def test_development_is_no_place_for_production(make_project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (make_project() / "config.dev.ini").write_text("")
    monkeypatch.setenv("KERNEL_ENV", "dev")

    assert "warning settings.environment" in found()


def test_static_folders_that_hold_more_than_static_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "config.ini").write_text("[environment]\nmedia_path = media\n")
    (tmp_path / "media").mkdir()
    (tmp_path / "own").mkdir()

    def ids(folder: Path) -> list[str]:
        project = Kernel(tmp_path, apps=[App(name="shop", static_dirs=[str(folder)])])
        return [one.problem.id for one in survey(project, deploy=True) if one.problem.id.startswith("static")]

    assert ids(tmp_path) == ["static.project", "static.uploads"]
    assert ids(tmp_path / "media") == ["static.uploads"]
    assert ids(tmp_path / "own") == []


async def anything(request: Any) -> str:
    return ""


def test_a_route_that_takes_far_more_than_others_is_told() -> None:
    routes = Routes()
    routes.post("/large", max_body_size=10**12)(anything)
    routes.post("/small", max_body_size=10**6)(anything)

    told = survey(Kernel({}, apps=[App(name="shop", routes=[routes])]), deploy=True)
    assert [one.problem.message for one in told if one.problem.id == "limits.route"] == [
        "route 'POST /large': max_body_size=1000000000000 is 95367 times that of all others"
    ]


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("password", "letmein", "is one that everybody knows"),
        ("password", "Pa$$w0rd-changeme", "is one that everybody knows"),
        ("password", "8hJs2", "has 5 bytes, and needs at least 8"),
        ("api_key", "8hJs2kLp", "has 8 bytes, and needs at least 16"),
        ("secret_keys", "8hJs2kLp8hJs2kLp", "has 16 bytes, and needs at least 32"),
        ("password", "abababababab", "has fewer than 5 different characters"),
        ("url", "postgres://me:s3cret@db/x", "has 6 bytes, and needs at least 8"),
    ],
)
def test_a_weak_secret_is_told_and_not_repeated(key: str, value: str, told: str, make_project: Any) -> None:
    make_project(f"[accounts]\n{key} = {value}\n")
    rows = [one.row() for one in survey(kernel.app, deploy=True) if one.problem.id == "settings.weak_secret"]

    assert [row["message"] for row in rows] == [f"[accounts] {key}: the secret {told}"]
    assert value not in json.dumps(rows)


def test_what_is_no_secret_is_not_looked_at(make_project: Any) -> None:
    make_project("[accounts]\nsort_key = name\ntoken_url = http://x\ncookie_name = sid\npassword_length = 8\n")

    assert not [one for one in found() if "secret" in one]


def test_numbers_of_a_mapping_are_no_secrets() -> None:
    told = survey(Kernel({"accounts": {"token": 5}}), deploy=True)
    assert not [one for one in told if "secret" in one.problem.id]
