"""The command line, and the place where the parts are put together.

Exit status: 0 done, 1 done with findings (check errors, open conflicts), 2 bad usage or input, nothing written.
Bad input is one line, ``error: ...``, on standard error. What a command needs is imported when it runs, so
that ``--version``, ``add`` and ``list`` start at once. The commands themselves are in :mod:`surveyapp.commands`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from surveyapp import __version__
from surveyapp.commands import material, offices, places, records, traffic
from surveyapp.commands.shared import DONE, application, fail, open_window
from surveyapp.errors import SurveyError


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="surveyapp", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> int:
    """Record gem deposit sightings offline. Without a command, the window opens."""
    return DONE if context.invoked_subcommand else open_window(None)


def run(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit status. Expected failures become one line on standard error."""
    _speak_utf8()
    try:
        status = cli.main(list(arguments), prog_name="surveyapp", standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.exceptions.Abort:
        return fail("stopped; nothing was written")
    except click.ClickException as error:
        return fail(error.format_message())
    except SurveyError as error:
        return fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (such as ``| head``); there is no one to tell
        return DONE
    return status if isinstance(status, int) else DONE


def _speak_utf8() -> None:
    """Notes are in any script; a console that is not told otherwise may know only its own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--headless", is_flag=True, help="Do the job without a window and print where the results are.")
def demo(folder: Path | None, headless: bool) -> int:
    """Do the whole job on the sample surveys; with a display, open the window on them."""
    from surveyapp.services.demo import run_demo, working_copy

    if not headless:
        return open_window(working_copy(folder))
    for line in run_demo(folder, application().shots):
        print(line, flush=True)
    return DONE


for _command in (*records.COMMANDS, *material.COMMANDS, *traffic.COMMANDS, *offices.COMMANDS, *places.COMMANDS):
    cli.add_command(_command)
