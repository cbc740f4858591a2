from dataclasses import asdict

from kernel_forms.limits import Limits
from kernel_limits.plugin import LimitsConfig


def test_the_defaults_are_those_of_the_section():
    assert asdict(LimitsConfig()).items() >= asdict(Limits()).items()


def test_limits_come_from_the_section_and_what_does_not_fit_is_left():
    limits = Limits.of({"limits": {"max_form_files": 3, "upload_dir": "a", "spool_size": "1", "other": 1}})
    assert limits == Limits(max_form_files=3, upload_dir="a")
    assert Limits.of({}) == Limits()
