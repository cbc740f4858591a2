"""What an import gives, and what it does not do."""

import logging as standard
import subprocess
import sys

import kernel_logging
import pytest
from kernel_logging import DEBUG, INFO, Logger, get_logger, logging


def test_a_logger_is_one_of_the_standard_library() -> None:
    logger = get_logger("shop")
    assert type(logger) is Logger is standard.Logger
    assert logger is standard.getLogger("shop")
    assert logging is standard
    assert (DEBUG, INFO) == (10, 20)


@pytest.mark.parametrize("method", ["debug", "info", "warning", "error", "critical", "exception"])
def test_a_logger_has_a_method_for_each_level(method: str, caplog: pytest.LogCaptureFixture) -> None:
    getattr(get_logger("shop.methods", DEBUG), method)("hello %s", "you")
    assert [record.getMessage() for record in caplog.records] == ["hello you"]


def test_a_level_is_set_only_if_it_is_given() -> None:
    assert get_logger("shop.levels", "ERROR").level == standard.ERROR
    assert get_logger("shop.levels").level == standard.ERROR
    assert get_logger("shop.levels", 0).level == standard.NOTSET


def test_every_export_exists() -> None:
    assert all(hasattr(kernel_logging, name) for name in kernel_logging.__all__)


def test_importing_configures_nothing() -> None:
    code = (
        "import logging, kernel_logging.plugin; root = logging.getLogger();"
        "print(root.handlers, root.level, logging.getLoggerClass() is logging.Logger)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout == "[] 30 True\n"
