"""bootstrap.py: what a newcomer's first command does, and says."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import bootstrap

ROOT = Path(__file__).parents[2]

# A build backend of a few lines, so that the whole job can be done without any package index.
BACKEND = """
import pathlib, zipfile

FILES = {
    "tiny_project.pth": str(pathlib.Path.cwd()),
    "tiny_project-1.dist-info/METADATA": "Metadata-Version: 2.1\\nName: tiny-project\\nVersion: 1",
    "tiny_project-1.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any",
    "tiny_project-1.dist-info/RECORD": "",
}

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "tiny_project-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        for path, text in FILES.items():
            wheel.writestr(path, text)
    return name
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def _wheel(folder: Path) -> str:
    """A library with one module; returns its line in the lock."""
    name = "tiny_library-1-py3-none-any.whl"
    files = {
        "tiny_library.py": "ANSWER = 42\n",
        "tiny_library-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny-library\nVersion: 1\n",
        "tiny_library-1.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(folder / name, "w") as wheel:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
            record += f"{path},sha256={digest},{len(text)}\n"
            wheel.writestr(path, text)
        wheel.writestr("tiny_library-1.dist-info/RECORD", f"{record}tiny_library-1.dist-info/RECORD,,\n")
    return f"./{name} --hash=sha256:{hashlib.sha256((folder / name).read_bytes()).hexdigest()}\n"


def _make(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
    command = [sys.executable, str(folder / "bootstrap.py"), "env"]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_environment_is_made_once_and_made_again_when_it_must(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    shutil.copy(ROOT / "bootstrap.py", folder)
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    line = _wheel(folder)
    lock = folder / "requirements.lock"

    # A wheel that is not the one that was locked stops it, half-way.
    lock.write_text(line[:-9] + "00000000\n", encoding="utf-8")
    stopped = _make(folder)
    assert stopped.returncode == 2
    assert stopped.stderr.splitlines()[-1].startswith("error: pip could not install everything")
    assert (folder / ".venv").exists()
    assert bootstrap.found_stamp(folder) == {}

    # What was left half-made is thrown away.
    leftover = folder / ".venv" / "leftover"
    leftover.touch()
    lock.write_text(line, encoding="utf-8")
    made = _make(folder)
    assert made.returncode == 0, made.stderr
    assert "Removing the old environment" in made.stderr
    assert not leftover.exists()
    look = "import tiny_library, sys; print(tiny_library.ANSWER, sys.prefix)"
    python = bootstrap.venv_python(folder)
    seen = subprocess.run([python, "-c", look], capture_output=True, text=True, check=True)
    assert seen.stdout.split(maxsplit=1) == ["42", f"{folder / '.venv'}\n"]

    # The second time there is nothing to do, and nothing to say.
    again = _make(folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    # A change of pyproject.toml needs the project installed again, not its libraries.
    leftover.touch()
    (folder / "pyproject.toml").write_text(PYPROJECT + "\n# changed\n", encoding="utf-8")
    changed = _make(folder)
    assert changed.returncode == 0, changed.stderr
    assert "Installing SurveyApp itself" in changed.stderr
    assert "requirements.lock" not in changed.stderr
    assert leftover.exists()
    assert bootstrap.found_stamp(folder) == bootstrap.wanted_stamp(folder)


def test_environment_of_another_python_or_place_or_lock_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        (folder / "requirements.lock").touch()
        (folder / "pyproject.toml").touch()
    one, two = (bootstrap.wanted_stamp(folder) for folder in folders)
    assert one["base"] != two["base"]
    assert one["project"] == two["project"]
    (folders[0] / "requirements.lock").write_text("changed", encoding="utf-8")
    assert bootstrap.wanted_stamp(folders[0])["base"] != one["base"]
    monkeypatch.setattr(sys, "version_info", (3, 99, 0))
    assert bootstrap.wanted_stamp(folders[1])["base"] != two["base"]


def test_damaged_stamp_or_missing_python_is_no_environment(tmp_path: Path) -> None:
    stamp = tmp_path / ".venv" / "made-from.json"
    stamp.parent.mkdir()
    stamp.write_text('{"base": "x"}', encoding="utf-8")
    assert bootstrap.found_stamp(tmp_path) == {}
    python = bootstrap.venv_python(tmp_path)
    python.parent.mkdir()
    python.touch()
    assert bootstrap.found_stamp(tmp_path) == {"base": "x"}
    stamp.write_text('{"base', encoding="utf-8")
    assert bootstrap.found_stamp(tmp_path) == {}


def test_wrong_python_is_told_which_one_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert bootstrap.main(["run"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: SurveyApp needs Python 3.11, 3.12 or 3.13, but ")
    assert said.count("\n") == 1


@pytest.mark.parametrize("words", [[], ["fly"], ["env", "more"]])
def test_unknown_words_show_the_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "python3 bootstrap.py test" in said.err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["--help"]) == 0
    assert "python3 bootstrap.py run" in capsys.readouterr().out


@pytest.mark.skipif(not bootstrap.LINUX, reason="only on Linux")
def test_absent_things_are_found_out() -> None:
    absent = {"libno-such.so.9": "libno-such9", "import no_such_module": "x", "no-such-program": "y"}
    there = {"libc.so.6": "libc6", "sh": "dash", "import json": "python3"}
    assert bootstrap.absent({**there, **absent}) == absent


@pytest.fixture
def no_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian where this user may install nothing."""
    monkeypatch.setattr(bootstrap, "LINUX", True)
    monkeypatch.setattr(bootstrap, "has_apt", lambda: True)
    monkeypatch.setattr(bootstrap, "is_root", lambda: False)
    monkeypatch.setattr(bootstrap, "administrator", lambda: None)


ABSENT = {"libno-such.so.9": "libno-such9", "no-such-program": "no-such"}
COMMAND = "sudo apt-get update && sudo apt-get install -y --no-install-recommends libno-such9 no-such"


@pytest.mark.usefixtures("no_rights")
def test_without_rights_one_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "WIDGETS", ABSENT)
    monkeypatch.setattr(bootstrap, "VENV", {})
    assert bootstrap.main(["run"]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"error: This system lacks libno-such.so.9, no-such-program; do this and run again: {COMMAND}\n"
    )


@pytest.mark.usefixtures("no_rights")
def test_what_is_only_wanted_is_named_and_does_not_stop(capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.ensure_system({}, ABSENT)
    said = capsys.readouterr().err
    assert said.endswith(f"Going on without libno-such.so.9, no-such-program. To have them: {COMMAND}\n")
    assert said.count("\n") == 1


@pytest.mark.usefixtures("no_rights")
def test_without_apt_the_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_apt", lambda: False)
    with pytest.raises(bootstrap.Stop, match=r"libno-such\.so\.9, no-such-program.*package manager"):
        bootstrap.ensure_system(ABSENT, {})


@pytest.mark.usefixtures("no_rights")
def test_with_rights_what_is_absent_is_installed_and_looked_for_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "no-such-program"

    def install(packages: list[str], root: list[str]) -> None:
        assert (packages, root) == (["no-such"], ["sudo", "-n"])
        program.touch(mode=0o755)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(bootstrap, "administrator", lambda: ["sudo", "-n"])
    monkeypatch.setattr(bootstrap, "apt_install", install)
    bootstrap.ensure_system({"no-such-program": "no-such"}, {})
    assert program.exists()


def test_nothing_leaks_into_what_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PROJ_LIB", "QT_PLUGIN_PATH", "PYTEST_ADDOPTS"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("QTWEBENGINE_DISABLE_SANDBOX", raising=False)
    monkeypatch.setattr(bootstrap, "is_root", lambda: False)
    env = bootstrap.clean_environment()
    assert "/elsewhere" not in env.values()
    assert env["DISPLAY"] == ":7"
    assert "QTWEBENGINE_DISABLE_SANDBOX" not in env
    monkeypatch.setattr(bootstrap, "is_root", lambda: True)
    assert bootstrap.clean_environment()["QTWEBENGINE_DISABLE_SANDBOX"] == "1"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_lock_holds_every_library_with_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    locked = {_plain(re.split(r"[=;\s]", entry)[0]) for entry in entries}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {_plain(re.split(r"[<>=~!;\[\s]", line)[0]) for line in wanted} <= locked
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock


@pytest.mark.skipif(os.name == "nt", reason="only on systems with bash")
def test_ci_runs_what_a_newcomer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = script.read_text(encoding="utf-8").splitlines()
    assert "export SURVEYAPP_REQUIRE_PEERS=1" in lines
    assert lines[-1] == "exec python3 bootstrap.py test"
