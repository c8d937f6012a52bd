"""What holds for every test, and what many tests need.

Rules: no warning, no stray log line, no thread left running, no word to another machine, no file outside
temporary folders. Nothing here imports PySide6, because ``tests/unit`` runs where it is not installed.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
CASES = ROOT.parent / "shared" / "cases"
NO_CASES = "the third-party cases are not on this machine"
ONLY_ON = "only on "  # "only on Windows": how a test says that it is for one system
REQUIRE_PEERS = "SURVEYAPP_REQUIRE_PEERS"

_home = tempfile.TemporaryDirectory(prefix="surveyapp-tests-", ignore_cleanup_errors=True)
_reached: list[str] = []


# --- the run as a whole ------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    parser.addoption("--thorough", action="store_true", help="more examples, and the slow tests as well")
    if not _importable("PySide6"):
        # pytest-qt ends the run where there is no Qt, but tests/unit needs none.
        pluginmanager.unregister(name="pytest-qt")


def _importable(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:
        return False


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--thorough") and config.option.timeout is None:
        # Still less than faulthandler_timeout in pyproject.toml.
        config.option.timeout = 1100
    _keep_to(Path(_home.name))
    sys.addaudithook(_refuse_network)
    hypothesis.settings.register_profile(
        "ordinary",
        deadline=None,
        # The same examples in every run of CI, so that a red run is about the change that it ran on.
        derandomize=bool(os.environ.get("CI")),
        print_blob=True,
    )
    hypothesis.settings.register_profile(
        "thorough", hypothesis.settings.get_profile("ordinary"), max_examples=1000, derandomize=False
    )
    hypothesis.settings.load_profile("thorough" if config.getoption("--thorough") else "ordinary")


def pytest_unconfigure() -> None:
    _home.cleanup()


def _keep_to(home: Path) -> None:
    """Send settings, caches and logs of everything that the tests start to a temporary folder."""
    for name in [name for name in os.environ if name.startswith("SURVEYAPP_") and name != REQUIRE_PEERS]:
        del os.environ[name]
    for name in ("CACHE_HOME", "CONFIG_HOME", "DATA_HOME", "RUNTIME_DIR", "STATE_HOME"):
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[f"XDG_{name}"] = str(folder)
    if sys.platform in {"darwin", "win32"}:
        os.environ.update(dict.fromkeys(("HOME", "APPDATA", "LOCALAPPDATA"), str(home)))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium's sandbox refuses root.
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--thorough"):
        return
    slow = [item for item in items if item.get_closest_marker("thorough")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Where every peer is required, a skip for any other reason than place or system is a failure."""
    if not (report.skipped and os.environ.get(REQUIRE_PEERS)) or hasattr(report, "wasxfail"):
        return
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not reason.removeprefix("Skipped: ").startswith((NO_CASES, ONLY_ON)):
        report.outcome = "failed"
        report.longrepr = f"With {REQUIRE_PEERS} set every test has to run, but this one did not: {reason}"


# --- rules for each test -----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    # One that was told to end may need a moment to do so.
    patience = time.monotonic() + 3.0
    left = [thread for thread in threading.enumerate() if thread not in before and _is_a_leak(thread)]
    for thread in left:
        thread.join(max(0.0, patience - time.monotonic()))
    names = sorted(thread.name for thread in left if thread.is_alive())
    assert not names, f"the test left threads running: {', '.join(names)}"


def _is_a_leak(thread: threading.Thread) -> bool:
    """Threads that keep the program alive, and any that is ours.

    Threads that Qt started count as ``_DummyThread``, which Python never sees end.
    """
    if isinstance(thread, threading._DummyThread):
        return False
    target = getattr(thread, "_target", None)
    modules = (type(thread).__module__, getattr(target, "__module__", None) or "")
    ours = thread.name.startswith("surveyapp") or any(name.startswith("surveyapp") for name in modules)
    return ours or not thread.daemon


@pytest.fixture(autouse=True)
def _no_stray_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(f"{record.name}: {record.getMessage()}")  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    # A test that asks for caplog looks at the lines itself.
    if "caplog" not in request.fixturenames and not request.node.get_closest_marker("expects_logs"):
        assert not lines, "the test wrote log lines: " + "; ".join(lines)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    _reached.clear()
    yield
    if not request.node.get_closest_marker("expects_network"):
        assert not _reached, f"the test reached for another machine: {', '.join(_reached)}"


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: to anything but this machine the tests have no network, as in the field."""
    if event in {"socket.connect", "socket.sendto"}:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if isinstance(host, str) and not _is_this_machine(host):
        _reached.append(host)
        raise OSError(errno.ENETUNREACH, "The tests have no network", host)


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in {"", "localhost"}
    return address.is_loopback or address.is_unspecified


# --- what many tests need ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def thorough(pytestconfig: pytest.Config) -> bool:
    """Whether the run has time (``--thorough``)."""
    return bool(pytestconfig.getoption("--thorough"))


@pytest.fixture(scope="session")
def cases_dir() -> Path:
    """Folder of files made by other people's software, which lies beside the repository, never in it."""
    if not CASES.is_dir():
        pytest.skip(NO_CASES)
    return CASES


@pytest.fixture(scope="session")
def require_program() -> Callable[..., str]:
    """``require_program("ogr2ogr")``: the path of the first of the named programs that is installed."""
    return _require_program


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium browser, for Playwright's ``executable_path``."""
    return _require_program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def qgis_python() -> str:
    """Path of the Python that imports ``qgis.core``: the system's, never our own."""
    candidates = [shutil.which(name) for name in ("python3", "/usr/bin/python3", "python-qgis")]
    for candidate in dict.fromkeys(path for path in candidates if path is not None):
        tried = subprocess.run(
            [candidate, "-c", "import qgis.core"], capture_output=True, timeout=120, check=False
        )
        if tried.returncode == 0:
            return candidate
    raise _lacking("a Python that imports qgis.core")


def _require_program(*names: str) -> str:
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
    for name in names:
        found = shutil.which(name, path=places)
        if found is not None:
            return found
    raise _lacking(names[0])


def _lacking(what: str) -> BaseException:
    if os.environ.get(REQUIRE_PEERS):
        return pytest.fail.Exception(f"{what} is not on this machine, and {REQUIRE_PEERS} is set")
    return pytest.skip.Exception(f"{what} is not on this machine")
