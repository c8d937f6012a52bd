"""What the gallery puts into its surveys (an estimate, a chain of custody with a gap, a certificate, remarks of a
reviewer, a seal), and the screens on which it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image

Grab = Callable[..., Path]

SCENES = ("areas", "custody", "review", "seal")
"""The groups of :func:`scenes`, so that a test can take few of them."""
_MONDAY = "2026-11-23T05:00:00.000Z"
_REASONS = {
    "gem": "The photo shows green glass; test it for hardness, or say how you know that it is emerald.",
    "": "Two sentences on the vein are missing: its width, and what lies on either side of it.",
}


def furnish(path: Path, folder: Path, more: str = "") -> None:
    """Fill a survey in. ``more`` is added to what people wrote, to see how long texts look."""
    from surveyapp.services.sealing import Keys, seal
    from surveyapp.services.session import Session

    with Session.open(path, author="A. Surveyor") as session:
        _estimates(session, more)
        _chain(session, folder, more)
        _remarks(session, more)
        _decisions(session, path.with_suffix(".json"), more)
        seal(session, Keys(folder / "keys").own())


def _estimates(session: Any, more: str) -> None:
    from surveyapp.domain.estimation import Model, constant, stated
    from surveyapp.geo.extents import area_m2
    from surveyapp.services.estimates import save_estimate

    (area,) = session.file.records("area")
    size = round(area_m2(area.get("geom")))
    inputs = {
        "extent_m2": constant(size // 4), "thickness_m": stated("triangular", low=0.5, mode=1, high=3),
        "mineralised": stated("uniform", low=0.05, high=0.2), "density_t_m3": constant(2.6),
        "grade_ct_t": stated("lognormal", mean=0.6, sd=0.4), "recovery": constant(0.8),
    }
    told = {"gem": "emerald", "method": "Bulk samples of the northern part" + more, "estimated_on": "2026-06-01",
            "estimator": "S. Zaman" + more[:60], "source": "Report 12", "size_distribution": "2-5 mm 80 %",
            "category": "inferred-mineral-resource", "unfc": "E2;F2;G3"}
    save_estimate(session, area.uuid, told, model=Model(size, inputs, bottom_screen_mm=2))
    save_estimate(session, area.uuid, {"gem": "emerald", "best_ct": 4_000.0})


def _chain(session: Any, folder: Path, more: str) -> None:
    from surveyapp.services import certificates, custody

    known = sorted(session.file.records("sample"), key=lambda record: str(record.get("sample_id")))
    first, *others = (record.uuid for record in known)
    custody.hand_over(session, [first, *others[:1]], {
        "from_party": "Zarmina", "to_party": "Gul Khan, store" + more[:80], "place": "Mingora", "seal_number": "A-117",
        "handed_over_at": "2026-05-10T06:00:00.000Z"})
    custody.hand_over(session, [first], {
        "from_party": "Rashid", "to_party": "Gem laboratory, Peshawar", "place": "Peshawar", "seal_number": "A-118",
        "handed_over_at": "2026-05-14T06:00:00.000Z", "notes": "The bag was wet." + more})
    scan = folder / f"{session.file.path.stem}-report.png"
    Image.new("RGB", (620, 877), (240, 236, 220)).save(scan)
    certificates.add_certificate(session, first, {
        "laboratory": "Gem laboratory, Peshawar" + more[:60], "report_number": "PGL-26-0419",
        "reported_on": "2026-06-02", "species": "beryl", "variety": "emerald", "weight_ct": 3.42,
        "treatment_result": "none-detected", "origin_opinion": "Swat, Pakistan"}, scan)


def _remarks(session: Any, more: str) -> None:
    from surveyapp.domain.reviewing import Decision, Decisions
    from surveyapp.services import reviewing

    reviewing.submit(session)
    made = [Decision("sighting", _rich(session), _head(session, _rich(session)), "has-issues", field, reason + more, "",
                     _MONDAY)
            for field, reason in _REASONS.items()]
    reviewing.take_in(session, Decisions("R. Khan, head office", tuple(made)))


def _decisions(session: Any, out: Path, more: str) -> None:
    """A file of decisions that waits to be taken in."""
    from surveyapp.domain.reviewing import Decision, Decisions
    from surveyapp.exchange import decisions as files

    names = [record.uuid for record in session.file.records("sighting")][:6]
    verdicts = ("accepted", "accepted", "has-issues", "rejected", "accepted", "has-issues")
    made = [Decision("sighting", uuid, _head(session, uuid), verdict, "",
                     "" if verdict == "accepted" else "The position is in the river." + more, "", _MONDAY)
            for uuid, verdict in zip(names, verdicts, strict=False)]
    files.write(out, Decisions("R. Khan, head office", tuple(made), (), "Swat emeralds", _MONDAY, _MONDAY))


def _rich(session: Any) -> str:
    """The sighting that the gallery selects: with photos and measurements."""
    measured = {record.get("sighting_uuid") for record in session.file.records("orientation")}
    return next(str(record.get("sighting_uuid")) for record in session.file.records("photo")
                if record.get("sighting_uuid") in measured)


def _head(session: Any, uuid: str) -> str:
    return str(session.file.history(uuid)[-1].revision)


def scenes(window: Any, rest: Callable[[], None], grab: Grab) -> Iterator[Path]:
    """The screens on which it is seen; the window shows a furnished survey."""
    made = {"areas": _areas, "custody": _custody, "review": _review, "seal": _seal}
    for name in SCENES:
        yield from made[name](window, rest, grab)


def _areas(window: Any, rest: Callable[[], None], grab: Grab) -> Iterator[Path]:
    from surveyapp.ui.area_controller import AreaController

    controller = _part(window, AreaController)
    window.desk.bring_up("areas")
    rest()
    tree = controller.panel.tree
    tree.setCurrentItem(tree.topLevelItem(0))
    yield grab("areas")
    tree.setCurrentItem(tree.topLevelItem(0).child(0))
    yield grab("areas-estimate")
    for scene, estimate in (("estimate", controller.panel.others[0]), ("estimate-new", None)):
        controller.open_estimate(controller.panel.chosen, estimate)
        rest()
        yield from _dialog(controller.estimating.dialog, scene, grab)


def _custody(window: Any, rest: Callable[[], None], grab: Grab) -> Iterator[Path]:
    from surveyapp.ui.custody_controller import CustodyController

    controller = _part(window, CustodyController)
    window.desk.bring_up("samples")
    rest()
    chosen = controller._samples.list
    chosen.setCurrentItem(chosen.topLevelItem(0))
    rest()
    window.action_set["view.custody"].trigger()
    yield grab("custody")
    for scene, action in (("handover", "custody.handover"), ("certificate", "certificate.add")):
        window.action_set[action].trigger()
        rest()
        yield from _dialog(controller.typing.dialog, scene, grab)
    if controller.panel.dossier.certificates:
        controller._edit(controller.panel.dossier.certificates[0].record)
        rest()
        yield from _dialog(controller.typing.dialog, "certificate-scan", grab)


def _review(window: Any, rest: Callable[[], None], grab: Grab) -> Iterator[Path]:
    from surveyapp.ui.review_desk_controller import ReviewDeskController

    controller = _part(window, ReviewDeskController)
    window.desk.bring_up("form")
    yield grab("remarks")
    window.action_set["review.issues"].trigger()
    rest()
    yield from _dialog(controller._verdict, "verdict", grab)
    dialog = controller.open()
    yield grab("review", dialog)
    controller.read(window.survey.path.with_suffix(".json"))
    yield grab("review-decisions", dialog)
    dialog.close()


def _seal(window: Any, rest: Callable[[], None], grab: Grab) -> Iterator[Path]:
    """The question before a seal, and what is found of one."""
    from PySide6.QtWidgets import QMessageBox

    from surveyapp.ui.prompts import QtPrompts
    from surveyapp.ui.seal_controller import SealController

    controller = _part(window, SealController)
    pictures: list[Path] = []

    def shown(box: QMessageBox) -> int:
        box.show()
        pictures.append(grab(f"seal-{len(pictures) + 1}", box))
        box.hide()
        return 0

    scripted, controller._prompts = controller._prompts, QtPrompts(window)
    try:
        with patch.object(QMessageBox, "exec", shown):
            controller.seal()
            controller.verify()
            rest()
    finally:
        controller._prompts = scripted
    yield from pictures


def _dialog(dialog: Any, scene: str, grab: Grab) -> Iterator[Path]:
    if dialog is not None:
        yield grab(scene, dialog)
        dialog.done(0)


def _part(window: Any, kind: type) -> Any:
    return next(part for part in window.parts if isinstance(part, kind))
