"""The panel of layers: maps from files in their order, and what the map shows of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from surveyapp.geo.ground.layer import GroundLayer
from surveyapp.ui import theme
from surveyapp.ui.dialogs.base import role_label
from surveyapp.ui.file_drops import FileDrops
from surveyapp.ui.layers_words import kind_words
from surveyapp.ui.mapcanvas.groundpaint import own_colour
from surveyapp.ui.mapcanvas.styles import THEMES
from surveyapp.words import tr

_KEY = Qt.ItemDataRole.UserRole
_ICON_PX = 20
_LEAST_OPACITY = 10
"""Percent: what is fainter is better hidden."""


@dataclass(frozen=True)
class OwnRow:
    """Something that the map draws of its own: ``key`` is given back when its box is ticked or cleared."""

    key: object
    text: str
    shown: bool
    icon: QIcon | None = None


class LayersPanel(QWidget):
    """Shows layers, and tells what is asked for.

    Signals: ``addWanted``; ``dropped`` (paths); ``layersChanged`` (all layers, the lowest first) after a tick, a
    move, another opacity or a removal; ``zoomWanted`` (layer); ``ownToggled`` (key, shown); ``raised`` when the
    panel comes to the front.
    """

    addWanted = Signal()
    dropped = Signal(list)
    layersChanged = Signal(list)
    zoomWanted = Signal(object)
    ownToggled = Signal(object, bool)
    raised = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layers")
        self._layers: list[GroundLayer] = []
        self._says: Callable[[GroundLayer], tuple[str, bool]] = lambda _layer: ("", False)
        self._buttons: list[tuple[QPushButton, str]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addLayout(self._head())
        column.addWidget(self._hint())
        column.addWidget(self._list(), 3)
        column.addWidget(self._controls())
        self.own_heading = role_label(tr("Also on the map"), "heading")
        column.addWidget(self.own_heading)
        column.addWidget(self._own_list(), 2)
        FileDrops(self).dropped.connect(self.dropped)
        self._look()

    # -- what the controller calls ----------------------------------------------------------------------

    def show_layers(self, layers: Sequence[GroundLayer], says: Callable[[GroundLayer], tuple[str, bool]]) -> None:
        """Show these, the lowest first. ``says``: a sentence about one, and whether it is a trouble."""
        chosen = self.chosen
        self._layers, self._says = list(layers), says
        with QSignalBlocker(self.list):
            self.list.clear()
            for layer in reversed(self._layers):
                item = QListWidgetItem(self.list)
                item.setData(_KEY, layer)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled
                    | Qt.ItemFlag.ItemIsSelectable
                    | Qt.ItemFlag.ItemIsUserCheckable
                    | Qt.ItemFlag.ItemIsDragEnabled
                )
                item.setCheckState(Qt.CheckState.Checked if layer.shown else Qt.CheckState.Unchecked)
            keys = [layer.key for layer in reversed(self._layers)]
            if keys:
                wanted = chosen.key if chosen is not None else None
                self.list.setCurrentRow(keys.index(wanted) if wanted in keys else 0)
        self.say()
        self._look()

    def choose(self, layer: GroundLayer) -> None:
        """Make a layer the current one."""
        for row in range(self.list.count()):
            if self._at(row).key == layer.key:
                self.list.setCurrentRow(row)

    def say(self) -> None:
        """Ask again what there is to say of each layer."""
        colours = theme.current()
        with QSignalBlocker(self.list):
            for row in range(self.list.count()):
                item, layer = self.list.item(row), self._at(row)
                said, trouble = self._says(layer)
                item.setText(f"{layer.title}\n{said or kind_words(layer.kind)}")
                item.setToolTip(f"{layer.path}\n{said}".strip())
                item.setForeground(QColor(colours.danger if trouble else colours.text))
                item.setIcon(_swatch(layer) if layer.kind == "shapes" else theme.icon("map"))

    def show_own(self, rows: Sequence[OwnRow]) -> None:
        """What the map draws of its own."""
        with QSignalBlocker(self.own):
            # Items stay while they can: one of them may be the one that was just ticked.
            while self.own.count() > len(rows):
                self.own.takeItem(self.own.count() - 1)
            for number, row in enumerate(rows):
                if number == self.own.count():
                    self.own.addItem(QListWidgetItem())
                item = self.own.item(number)
                item.setFlags(
                    Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
                )
                item.setData(_KEY, row)
                item.setText(row.text)
                item.setIcon(row.icon or QIcon())
                item.setCheckState(Qt.CheckState.Checked if row.shown else Qt.CheckState.Unchecked)
            if self.own.currentRow() < 0 and rows:
                self.own.setCurrentRow(0)
        self.own.viewport().update()

    @property
    def chosen(self) -> GroundLayer | None:
        """The current layer."""
        row = self.list.currentRow()
        return self._at(row) if 0 <= row < self.list.count() else None

    def restyle(self) -> None:
        """Colours or sizes changed."""
        for button, icon in self._buttons:
            primary = button.property("role") == "primary"
            button.setIcon(theme.icon(icon, theme.current().on_accent if primary else None))
        self.say()

    # -- putting together -------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(role_label(tr("Maps from files"), "heading"), 1)
        self.add_button = self._button(tr("Add a map…"), "layers")
        self.add_button.clicked.connect(self.addWanted)
        row.addWidget(self.add_button)
        return row

    def _hint(self) -> QLabel:
        self.hint = role_label(
            tr(
                "Put an MBTiles, GeoPackage, GeoTIFF, elevation or GeoJSON file under the sightings: press "
                "“Add a map…” or drop it here or on the map. It stays where it is; keep it beside the survey, and "
                "it is found on any computer."
            ),
            "muted",
        )
        return self.hint

    def _list(self) -> QListWidget:
        self.list = _CheckList()
        self.list.setObjectName("files")
        self.list.setAccessibleName(tr("Maps from files, the uppermost first"))
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.list.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemChanged.connect(lambda _item: self._ticked())
        self.list.currentRowChanged.connect(lambda _row: self._look())
        self.list.model().rowsMoved.connect(lambda *_places: self._tell())
        self.list.removeWanted.connect(self._remove)
        self.list.moveWanted.connect(self._move)
        self.list.itemDoubleClicked.connect(lambda _item: self._zoom())
        return self.list

    def _controls(self) -> QFrame:
        self.controls = QFrame()
        column = QVBoxLayout(self.controls)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.up_button = self._button("", "previous", tr("Up: draw it over the one above (Alt+Up)"))
        self.down_button = self._button("", "next", tr("Down: draw it under the one below (Alt+Down)"))
        self.zoom_button = self._button(tr("Show all of it"), "zoom-to")
        self.remove_button = self._button(tr("Remove"), "delete", tr("Take it off the list; the file stays (Del)"))
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.clicked.connect(lambda: self._move(1))
        self.zoom_button.clicked.connect(self._zoom)
        self.remove_button.clicked.connect(self._remove)
        for button in (self.up_button, self.down_button, self.zoom_button, self.remove_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        shade = QHBoxLayout()
        self.opacity_label = QLabel()
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(_LEAST_OPACITY, 100)
        self.opacity.setPageStep(10)
        self.opacity.setAccessibleName(tr("Opacity in percent"))
        self.opacity.valueChanged.connect(self._faded)
        shade.addWidget(self.opacity_label)
        shade.addWidget(self.opacity, 1)
        column.addLayout(shade)
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("How it is shown"))
        self.kind.addItem(kind_words("relief"), "relief")
        self.kind.addItem(kind_words("picture"), "picture")
        self.kind.activated.connect(lambda _row: self._change(kind=self.kind.currentData()))
        column.addWidget(self.kind)
        return self.controls

    def _own_list(self) -> QListWidget:
        self.own = _CheckList()
        self.own.setObjectName("files")
        self.own.setAccessibleName(tr("What the map shows of its own"))
        self.own.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self.own.itemChanged.connect(self._own_ticked)
        return self.own

    def _button(self, text: str, icon: str, tip: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setIcon(theme.icon(icon))
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if tip:
            button.setToolTip(tip)
            button.setAccessibleName(text or tip)
        self._buttons.append((button, icon))
        return button

    # -- what the person does ---------------------------------------------------------------------------

    def _at(self, row: int) -> GroundLayer:
        layer: GroundLayer = self.list.item(row).data(_KEY)
        return layer

    def _tell(self) -> None:
        """The list is as the person wants it."""
        self._layers = [self._at(row) for row in reversed(range(self.list.count()))]
        self._look()
        self.layersChanged.emit(list(self._layers))

    def _ticked(self) -> None:
        with QSignalBlocker(self.list):
            for row in range(self.list.count()):
                item = self.list.item(row)
                shown = item.checkState() == Qt.CheckState.Checked
                item.setData(_KEY, replace(self._at(row), shown=shown))
        self._tell()

    def _change(self, **facts: object) -> None:
        row = self.list.currentRow()
        if row >= 0:
            with QSignalBlocker(self.list):
                self.list.item(row).setData(_KEY, replace(self._at(row), **facts))  # type: ignore[arg-type]
            self._tell()
            self.say()

    def _faded(self, percent: int) -> None:
        self._name_opacity(percent)
        self._change(opacity=percent)

    def _name_opacity(self, percent: int) -> None:
        self.opacity_label.setText(tr("Opacity {percent} %", percent=percent))

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        if row >= 0 and 0 <= row + by < self.list.count():
            with QSignalBlocker(self.list), QSignalBlocker(self.list.model()):
                item = self.list.takeItem(row)
                self.list.insertItem(row + by, item)
                self.list.setCurrentRow(row + by)
            self.list.viewport().update()
            self._tell()

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            with QSignalBlocker(self.list):
                self.list.takeItem(row)
            self._tell()

    def _zoom(self) -> None:
        if self.chosen is not None:
            self.zoomWanted.emit(self.chosen)

    def _own_ticked(self, item: QListWidgetItem) -> None:
        row: OwnRow = item.data(_KEY)
        self.ownToggled.emit(row.key, item.checkState() == Qt.CheckState.Checked)

    def _look(self) -> None:
        """Controls for the current layer."""
        layer, row = self.chosen, self.list.currentRow()
        self.hint.setVisible(not self._layers)
        self.list.setVisible(bool(self._layers))
        self.controls.setVisible(layer is not None)
        if layer is None:
            return
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(row < self.list.count() - 1)
        with QSignalBlocker(self.opacity):
            self.opacity.setValue(layer.opacity)
        self._name_opacity(layer.opacity)
        self.kind.setVisible(layer.one_band)
        self.kind.setCurrentIndex(self.kind.findData(layer.kind))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.raised.emit()


class _CheckList(QListWidget):
    """A list of boxes to tick; the keys for moving and removing are told."""

    removeWanted = Signal()
    moveWanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def event(self, event: QEvent) -> bool:
        # The window has actions with these keys; in this list they are meant for the list.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._asks(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        asked = self._asks(event)
        if asked is None:
            super().keyPressEvent(event)
        elif asked:
            self.moveWanted.emit(asked)
        else:
            self.removeWanted.emit()

    def _asks(self, event: QKeyEvent) -> int | None:
        """-1 and 1: move up and down; 0: remove; ``None``: something else."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if event.key() == Qt.Key.Key_Delete:
            return 0
        return {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key())) if alt else None


def _swatch(layer: GroundLayer) -> QIcon:
    """A patch of a layer's colour."""
    picture = QPixmap(_ICON_PX * 2, _ICON_PX * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(own_colour(layer.colour, THEMES[theme.current().name]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(4, 4, _ICON_PX * 2 - 8, _ICON_PX * 2 - 8, 6, 6)
    painter.end()
    picture.setDevicePixelRatio(2)
    return QIcon(picture)
