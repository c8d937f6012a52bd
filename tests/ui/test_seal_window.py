"""Sealing and verifying in the window."""

from __future__ import annotations

from pathlib import Path

from surveyapp.ui.prompts import ScriptedPrompts
from tests.ui.conftest import Desk


def test_a_survey_is_sealed_and_a_later_edit_shows(desk: Desk, survey_file: Path, prompts: ScriptedPrompts) -> None:
    desk.open(survey_file)
    prompts.will_answer(None)
    desk.trigger("survey.seal")
    desk.trigger("survey.verify")
    assert "The file has no seal." in prompts.said[-1]

    prompts.will_answer("seal")
    desk.trigger("survey.seal")
    assert "as it was sealed" in prompts.said[-1] and "own key" in prompts.said[-1]

    uuid = desk.window.table.model.uuid_at(0)
    desk.window.survey.delete([uuid])
    desk.settle()
    desk.trigger("survey.verify")
    assert "work went on since" in prompts.said[-1]

    desk.window.survey.close()
    desk.settle()
    prompts.will_answer([survey_file])
    desk.trigger("survey.verify")
    assert "work went on since" in prompts.said[-1]
