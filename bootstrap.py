#!/usr/bin/env python3
"""Make SurveyApp's own environment and start it; the same words on Debian, Windows and macOS.

    python3 bootstrap.py run                  the sample survey (in a window, if there is a display)
    python3 bootstrap.py run COMMAND ...      any surveyapp command, such as: run open my-survey.gpkg
    python3 bootstrap.py test [PYTEST ...]    the tests; --thorough takes longer and looks harder
    python3 bootstrap.py bench                the measurements
    python3 bootstrap.py screenshots          pictures of the windows
    python3 bootstrap.py env                  only make the environment, .venv beside this file

It needs nothing but Python. What the system lacks it installs on Debian and Ubuntu where it may (as
root, or where sudo asks for no password); elsewhere it names the one command that does, and stops
with exit code 2.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
LINUX = sys.platform.startswith("linux")
PYTHONS = ((3, 11), (3, 12), (3, 13))

# What Qt loads, and the Debian 12 package that holds it.
WIDGETS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libbrotlidec.so.1": "libbrotli1",
    "a font": "fonts-dejavu-core",
}
WEBENGINE = {
    "libnss3.so": "libnss3",
    "libnspr4.so": "libnspr4",
    "libasound.so.2": "libasound2",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libxkbfile.so.1": "libxkbfile1",
}
X_WINDOW = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")

# Other people's programs that the tests compare with: what shows that it is there, and its Debian package.
PEERS = {
    "qgis": "qgis",
    "import qgis": "python3-qgis",
    "ogr2ogr": "gdal-bin",
    "import osgeo": "python3-gdal",
    "chromium": "chromium",
    "gpsd": "gpsd",
    "gpspipe": "gpsd-clients",
    "Xvfb": "xvfb",
    "strace": "strace",
}
# Debian leaves this out of its Python.
VENV = {"Python's venv and ensurepip": f"python3.{sys.version_info[1]}-venv"}
SYSTEM_PYTHON = "/usr/bin/python3"

# Variables set for other programs that would change which code or data ours loads.
LEAKS = {
    *("GDAL_DATA", "GDAL_DRIVER_PATH", "PROJ_DATA", "PROJ_LIB"),
    *("PIP_PREFIX", "PIP_TARGET", "PYTEST_ADDOPTS", "PYTEST_PLUGINS"),
    *("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS", "VIRTUAL_ENV"),
    *("QT_API", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"),
}

_started = time.monotonic()


class Stop(Exception):
    """Something that the person must do first; the text is one sentence."""


def say(text: str) -> None:
    # On stderr, because stdout belongs to the command that runs.
    print(f"[{time.monotonic() - _started:5.1f} s] {text}", file=sys.stderr, flush=True)


def succeeds(*command: str) -> bool:
    """Whether the command ends well; it is asked nothing and says nothing."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


# --- what the system has -----------------------------------------------------------------------------


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def has_apt() -> bool:
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def administrator() -> list[str] | None:
    """The words that make a command run as root (none for root); ``None`` if it would take a password."""
    if is_root():
        return []
    return ["sudo", "-n"] if shutil.which("sudo") and succeeds("sudo", "-n", "true") else None


def absent(things: dict[str, str]) -> dict[str, str]:
    """Those of the things (each with its Debian package) that this machine has not."""
    return {sign: package for sign, package in things.items() if not is_here(sign)}


def is_here(sign: str) -> bool:
    """Whether a library, a module of the system's Python or a program is on this machine."""
    if sign in VENV:
        importlib.invalidate_caches()
        # A folder that a removed package left behind counts as a module without origin.
        spec = importlib.util.find_spec("ensurepip")
        return spec is not None and spec.origin is not None
    if sign == "a font":
        files = (file for folder in FONT_FOLDERS for file in Path(folder).expanduser().rglob("*"))
        return any(file.suffix in {".ttf", ".otf", ".ttc"} for file in files)
    if sign.startswith("import "):
        # Looking for the module is enough; importing QGIS takes a second.
        look = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({sign[7:]!r}) is None)"
        return Path(SYSTEM_PYTHON).exists() and succeeds(SYSTEM_PYTHON, "-c", look)
    if ".so" not in sign:
        return shutil.which(sign, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin") is not None
    try:
        # The loader itself is asked, which works whatever package manager there is.
        ctypes.CDLL(sign)
    except OSError:
        return False
    return True


def current_name(package: str) -> str:
    """Debian 13 and Ubuntu 24.04 renamed some libraries: libasound2 is libasound2t64 there."""
    renamed = f"{package}t64"
    return renamed if package.startswith("lib") and succeeds("apt-cache", "show", renamed) else package


def apt_install(packages: list[str], root: list[str]) -> None:
    """Install Debian packages with the rights of ``root``; what fails is shown, and found absent later."""
    say(f"Installing system packages (this can take minutes): {' '.join(packages)}")
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    lists = _output([*apt, "update"])
    names = [current_name(package) for package in packages]
    installed = _output([*apt, "install", "-y", "--no-install-recommends", *names])
    if installed is not None:
        print((lists or "") + installed, file=sys.stderr)


def _output(command: list[str]) -> str | None:
    """The last words of a command that failed; ``None`` if it did not."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    done = subprocess.run(command, stdin=nothing, stdout=pipe, stderr=subprocess.STDOUT, check=False)
    return done.stdout[-2000:].decode(errors="replace") if done.returncode != 0 else None


def ensure_system(needed: dict[str, str], wanted: dict[str, str]) -> None:
    """Install what is absent, if allowed; then stop for what is needed, and only name what is wanted."""
    lacking, missed = absent(needed), absent(wanted)
    root = administrator() if (lacking or missed) and has_apt() else None
    if root is not None:
        packages = [*lacking.values(), *missed.values()]
        if platform.freedesktop_os_release().get("ID") != "debian":
            # Ubuntu's chromium, for one, is a snap, which starts on few test machines.
            packages = [package for package in packages if package not in PEERS.values()]
        if packages:
            apt_install(packages, root)
            lacking, missed = absent(needed), absent(wanted)
    if lacking:
        raise Stop(f"This system lacks {', '.join(lacking)}; do this and run again: {install_words(lacking)}")
    if missed:
        say(f"Going on without {', '.join(missed)}. To have them: {install_words(missed)}")


def install_words(things: dict[str, str]) -> str:
    """The command that installs the things, for a person to type."""
    if not has_apt():
        return "install them with your system's package manager"
    names = " ".join(current_name(package) for package in things.values())
    sudo = "" if is_root() else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {names}"


# --- the environment ---------------------------------------------------------------------------------


def venv_python(root: Path) -> Path:
    return root / ".venv" / ("Scripts/python.exe" if WINDOWS else "bin/python")


def wanted_stamp(root: Path) -> dict[str, str]:
    """What an environment made now is made from: Python, place and lock; and pyproject.toml."""
    place = f"{sys.version_info[:2]} {platform.machine()} {root}\n".encode()
    return {
        "base": hashlib.sha256(place + (root / "requirements.lock").read_bytes()).hexdigest(),
        "project": hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest(),
    }


def found_stamp(root: Path) -> dict[str, str]:
    """What the environment was made from; empty if there is none or its making was interrupted."""
    try:
        stamp = json.loads((root / ".venv" / "made-from.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and venv_python(root).exists() else {}


def ensure_environment(root: Path = ROOT) -> None:
    """``.venv`` with all of requirements.lock and the project itself; nothing to do if it is up to date.

    The stamp is taken away first and written last, so an interrupted making is seen and begun again.
    """
    wanted, found = wanted_stamp(root), found_stamp(root)
    if found == wanted:
        return
    stamp = root / ".venv" / "made-from.json"
    if found.get("base") == wanted["base"]:
        stamp.unlink()
    else:
        _make_venv(root)
        say("Installing the libraries in requirements.lock (the first time it downloads some 500 MB)")
        _pip(root, "--require-hashes", "-r", "requirements.lock")
    say("Installing SurveyApp itself, to run from this folder")
    _pip(root, "--no-build-isolation", "-e", ".")
    unfinished = stamp.with_suffix(".part")
    unfinished.write_text(json.dumps(wanted), encoding="utf-8")
    unfinished.replace(stamp)
    say("The environment is ready")


def _make_venv(root: Path) -> None:
    venv = root / ".venv"
    try:
        if venv.exists():
            say("Removing the old environment (unfinished, or made from something else)")
            shutil.rmtree(venv)
    except OSError as problem:
        raise Stop(f"Cannot remove {venv} ({problem}); close what uses it and run again.") from None
    say(f"Making .venv with Python {platform.python_version()}")
    # Were this Python itself in a virtual environment, the new one would hang on that one.
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run([base, "-m", "venv", str(venv)], env=clean_environment(), check=False)
    if made.returncode != 0:
        raise Stop(f"Python could not make {venv} (why stands above); mend it and run again.")


def _pip(root: Path, *arguments: str) -> None:
    pip = [str(venv_python(root)), "-m", "pip", "install", "-qq", "--no-input", "--no-deps"]
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore", "PIP_USER": "0"}
    env = {**clean_environment(), **quiet}
    done = subprocess.run([*pip, *arguments], cwd=root, env=env, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise Stop("pip could not install everything (why stands above); mend it and run again.")


# --- commands ----------------------------------------------------------------------------------------


def clean_environment() -> dict[str, str]:
    """The caller's variables, less those that let other programs' code and data leak into ours."""
    env = {name: value for name, value in os.environ.items() if name not in LEAKS}
    if is_root():
        # Chromium's sandbox refuses root (CI, containers). For everybody else it stays on.
        env["QTWEBENGINE_DISABLE_SANDBOX"] = "1"
    return env


def become(arguments: list[str], env: dict[str, str], folder: Path) -> int:
    """Go on in ``folder`` as the environment's Python; Windows cannot, so there wait for it."""
    command = [str(venv_python(ROOT)), *arguments]
    if not WINDOWS:
        os.chdir(folder)
        os.execve(command[0], command, env)  # noqa: S606 (no shell is what we want)
    return subprocess.run(command, env=env, cwd=folder, check=False).returncode


def prepare(needed: dict[str, str], wanted: dict[str, str]) -> None:
    """Everything that has to be there before our own Python can start."""
    made = found_stamp(ROOT).get("base") == wanted_stamp(ROOT)["base"]
    if LINUX:
        ensure_system(needed if made else {**VENV, **needed}, wanted)
    ensure_environment()


def run(arguments: list[str]) -> int:
    """``surveyapp`` with the arguments; without any, the demonstration."""
    env = clean_environment()
    x_window = bool(env.get("DISPLAY"))
    display = x_window or bool(env.get("WAYLAND_DISPLAY")) or not LINUX
    if not arguments or arguments[0] in {"open", "demo"}:
        prepare({**WIDGETS, **X_WINDOW} if x_window else WIDGETS, WEBENGINE if display else {})
    else:
        prepare({}, {})
    if not arguments and display:
        arguments = ["demo"]
    elif not arguments:
        say("There is no display: doing the whole job on the sample surveys without one")
        arguments, env["QT_QPA_PLATFORM"] = ["demo", "--headless"], "offscreen"
    return become(["-m", "surveyapp", *arguments], env, Path.cwd())


def develop(module: str, arguments: list[str]) -> int:
    """Run a module of ours or pytest in the project folder, offscreen and in UTF-8 wherever it is."""
    prepare(WIDGETS, WEBENGINE if module == SCREENSHOTS else {**WEBENGINE, **PEERS})
    env = {**clean_environment(), "QT_QPA_PLATFORM": "offscreen"}
    if LINUX:
        env["LC_ALL"] = "C.UTF-8"
    if module == "pytest" and not any(a.startswith(("-n", "--pdb", "--numprocesses")) for a in arguments):
        # Two at a time, in the same order as one would: more would fight over memory on a small machine.
        arguments = ["-n", "2", "--dist", "worksteal", *arguments]
    return become(["-m", module, *arguments], env, ROOT)


SCREENSHOTS = "tests.ui.screenshots"
MODULES = {"test": "pytest", "bench": "tests.bench", "screenshots": SCREENSHOTS}


def main(arguments: list[str]) -> int:
    """Exit code of the command; of a command that runs on as another program, that program's."""
    if sys.version_info[:2] not in PYTHONS:
        this = f"{sys.executable} is Python {platform.python_version()}"
        print(f"error: SurveyApp needs Python 3.11, 3.12 or 3.13, but {this}.", file=sys.stderr)
        return 2
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if command == "run":
            return run(rest)
        if command in MODULES:
            return develop(MODULES[command], rest)
        if command == "env" and not rest:
            prepare({}, {})
            return 0
    except Stop as stop:
        print(f"error: {stop}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: Stopped; run again to go on.", file=sys.stderr)
        return 130
    asked = command in {"-h", "--help"}
    print(__doc__, file=sys.stdout if asked else sys.stderr)
    return 0 if asked else 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
