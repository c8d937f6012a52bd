"""The house rules that a tool can check: layers, style, types, no Qt where it does not belong."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "bootstrap.py",
    "pyproject.toml",
    "requirements.lock",
    "resources",
    "sample_surveys",
    "surveyapp",
    "tests",
}
LONG_FILES: dict[str, str] = {
    # "surveyapp/example.py": "why it is better whole",
}

# Imports every module but the window's, while any import of Qt fails as if it were not installed.
HEADLESS = """
import importlib, pkgutil, sys

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "shiboken6"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NoQt())
import surveyapp

def walk(package):
    for found in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        if found.name not in {"surveyapp.ui", "surveyapp.app"}:
            module = importlib.import_module(found.name)
            print(found.name)
            if found.ispkg:
                walk(module)

walk(surveyapp)
"""


def _passes(*command: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{' '.join(command[:4])} found:\n{done.stdout}{done.stderr}"
    return done.stdout


def _python_files(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def _imports(file: Path) -> set[str]:
    """Top-level names of the packages that a file imports anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def test_imports_point_down() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    _passes(sys.executable, "-c", lint, "--no-cache")


def test_style() -> None:
    _passes(sys.executable, "-m", "ruff", "check", ".")


def test_types() -> None:
    _passes(sys.executable, "-m", "mypy")


def test_everything_but_the_window_imports_without_qt() -> None:
    imported = _passes(sys.executable, "-W", "error", "-c", HEADLESS).split()
    assert {"surveyapp.domain.changes", "surveyapp.errors", "surveyapp.storage"} <= set(imported)


def test_unit_tests_need_no_qt() -> None:
    guilty = [file.name for file in _python_files("tests/unit") if {"PySide6", "pytestqt"} & _imports(file)]
    assert not guilty


def test_long_files_have_a_reason() -> None:
    lengths = {
        file.relative_to(ROOT).as_posix(): len(file.read_bytes().splitlines())
        for file in _python_files("surveyapp")
    }
    long = {name for name, lines in lengths.items() if lines > 500}
    assert long == set(LONG_FILES), "split a file past 500 lines, or give its reason in LONG_FILES"


def test_top_level_holds_what_it_should() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("only on a git checkout can one tell which files are the project's")
    tracked = _passes(git, "-c", f"safe.directory={ROOT.as_posix()}", "ls-files", "-z").split("\0")
    assert {name.partition("/")[0] for name in tracked if name} <= TOP_LEVEL


def test_the_rules_for_each_test_hold(tmp_path: Path) -> None:
    """A thread, a log line, a word to another machine, a warning: each fails the test that does it."""
    bad = tmp_path / "tests" / "test_bad.py"
    bad.parent.mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", bad.parent)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    bad.write_text(
        "import logging, socket, threading, warnings\n"
        "release = threading.Event()\n"
        "def test_thread(): threading.Thread(target=release.wait, args=(20,), name='forgotten').start()\n"
        "def test_log(): release.set(); logging.getLogger('x').warning('stray')\n"
        "def test_network():\n"
        "    try: socket.create_connection(('192.0.2.1', 80))\n"
        "    except OSError: pass\n"
        "def test_warning(): warnings.warn('old')\n"
        "def test_skip(require_program): require_program('no-such-program')\n"
        "def test_good(): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "-q"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    summary = done.stdout.rpartition("short test summary info")[2]
    for name in ("thread", "log", "network"):
        assert f"ERROR tests/test_bad.py::test_{name} " in summary
    assert "FAILED tests/test_bad.py::test_warning" in summary
    assert "PASSED tests/test_bad.py::test_good" in summary
    assert "no-such-program is not on this machine" in summary
