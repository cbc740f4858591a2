"""`python -m kernel` is the command `kernel`."""

import runpy

import kernel


def test_the_command_is_found_as_a_console_script(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / "acme-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[console_scripts]\nkernel = kernel_test_command:main\n")
    (tmp_path / "kernel_test_command.py").write_text("def main():\n    print('called')\n")
    runpy.run_path(kernel.__file__.replace("__init__", "__main__"), run_name="__main__")
    assert capsys.readouterr().out == "called\n"
