"""The desk: table, map and side panel of the open survey, beside one another."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from surveyapp.ui import theme
from surveyapp.ui.forms.sighting_form import SightingForm
from surveyapp.ui.mapcanvas.canvas import MapCanvas
from surveyapp.ui.status import Banner, Toast
from surveyapp.ui.survey_controller import SurveyController
from surveyapp.ui.table_panel import TablePanel

_WIDTHS = (400, 520, 440)
"""Of table, map and side panel in a window of 1366 px."""


class Desk(QWidget):
    """Holds the parts and says nothing: the window wires them."""

    def __init__(self, survey: SurveyController, form: SightingForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("desk")
        self.banner = Banner()
        self.table = TablePanel(survey.roster, survey.selection)
        self.canvas = MapCanvas()
        self.form = form
        self._tabs: dict[str, QWidget] = {}
        self._titles: dict[QWidget, str] = {}
        self.side = QTabWidget()
        self.side.setObjectName("side")
        self.side.setDocumentMode(True)
        self.side.setMinimumWidth(340)
        self.side.currentChanged.connect(lambda _place: self._name_tabs())
        self.table.setMinimumWidth(240)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.table, self.canvas, self.side):
            self.split.addWidget(part)
        for place, share in enumerate((1, 2, 0)):  # of the room that a larger window has
            self.split.setStretchFactor(place, share)
        self.split.setHandleWidth(3)
        self.split.setSizes(list(_WIDTHS))
        self.split.setChildrenCollapsible(False)
        self.split.setCollapsible(0, True)
        self.toast = Toast(self.canvas, survey.undo)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.banner)
        layout.addWidget(self.split, 1)

    def add_tab(self, name: str, widget: QWidget, title: str, icon: str) -> None:
        """Add a part to the side panel under a name; ``icon`` is one of the action icons."""
        self._tabs[name] = widget
        self._titles[widget] = title
        widget.setProperty("tab_icon", icon)
        self.side.addTab(widget, theme.icon(icon), "")
        self._name_tabs()

    def tab(self, name: str) -> QWidget | None:
        """The part of that name."""
        return self._tabs.get(name)

    def name_tab(self, name: str, title: str) -> None:
        """Change the title of a part."""
        self._titles[self._tabs[name]] = title
        self._name_tabs()

    def _name_tabs(self) -> None:
        """Many parts stand in a narrow panel: the one in front has its title, the others their icon and a tip."""
        for place in range(self.side.count()):
            part = self.side.widget(place)
            title = self._titles[part] if part else ""
            self.side.setTabText(place, title if place == self.side.currentIndex() else "")
            self.side.setTabToolTip(place, title)

    def bring_up(self, name: str) -> None:
        """Show the part of that name in the side panel."""
        if name in self._tabs:
            self.side.setCurrentWidget(self._tabs[name])

    def restyle(self, colours: str, *, touch: bool) -> None:
        """Theme (by name) or touch mode changed."""
        self.table.restyle()
        self.canvas.set_theme(colours)
        self.canvas.set_touch_mode(touch)
        self.banner.say(self.banner.text.text())
        for place in range(self.side.count()):
            self.side.setTabIcon(place, theme.icon(str(self.side.widget(place).property("tab_icon"))))

    def layout_text(self) -> str:
        """Widths of the parts, to be kept."""
        return bytes(self.split.saveState().toBase64().data()).decode()

    def restore_layout(self, text: str) -> None:
        if text:
            self.split.restoreState(QByteArray.fromBase64(QByteArray(text.encode())))
