"""The widget under the map's interface: view, tool in hand, events and painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTouchEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from surveyapp.ui.mapcanvas import chrome
from surveyapp.ui.mapcanvas.buttons import ButtonColumn
from surveyapp.ui.mapcanvas.gestures import KEY_ZOOM, Gestures
from surveyapp.ui.mapcanvas.glass import Glass, GlassOptions
from surveyapp.ui.mapcanvas.hover import cursor_shape, hover_text, show_text
from surveyapp.ui.mapcanvas.picking import Picker
from surveyapp.ui.mapcanvas.rubber import measured_text, paint_drawing, paint_measured
from surveyapp.ui.mapcanvas.scene import LabelOf, Scene
from surveyapp.ui.mapcanvas.tools import Measured, Pixel, Pointer, Tool, ToolName, make_tool
from surveyapp.ui.mapcanvas.viewport import Box, Viewport
from surveyapp.words import ntr, tr

_CLOSE_SCALE = 9_000.0
"""Scale (about 10 m a pixel) to which one is brought at least when sent to a place."""
_GROUP_M = 5.0
"""A group is opened until this many metres fill the view."""


class MapSurface(QWidget):
    """Shows a scene, moves over it, and turns what the user does into signals."""

    selectionChanged = Signal(list)
    """uuids selected by the user on the map, in drawing order."""
    sightingActivated = Signal(str)
    """A sighting was double-clicked, or Enter was pressed on the only one selected."""
    positionTapped = Signal(float, float)
    """Longitude and latitude in degrees, tapped with the add tool."""
    cursorMoved = Signal(float, float)
    """Longitude and latitude in degrees under the mouse."""
    viewChanged = Signal()
    toolChanged = Signal(str)
    measured = Signal(str)
    """The measurement in words; empty when it was cleared."""
    contextRequested = Signal(str, float, float, QPoint)
    """Right click or long press: uuid (or empty), longitude, latitude, global pixel."""
    locateRequested = Signal()
    """The position button was pressed and no position is known yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._view = Viewport(max(1, self.width()), max(1, self.height())).fitted(self.scene.content_box())
        self._options = GlassOptions()
        self._glass: Glass | None = None
        self._picker = Picker(self.scene)
        self._gestures = Gestures(self, self)
        self._tool: Tool = make_tool("pan", self)
        self._fits_itself = True
        self._fit_due = False
        self._group_opened = False
        self._focus_ring = False
        self._measure_text = ""
        self._tooltip_of: LabelOf | None = None
        self.buttons = ButtonColumn(self)
        self.buttons.zoom_in.clicked.connect(lambda: self.zoom_by(KEY_ZOOM))
        self.buttons.zoom_out.clicked.connect(lambda: self.zoom_by(1 / KEY_ZOOM))
        self.buttons.fit.clicked.connect(self.fit_all)
        self.buttons.locate.toggled.connect(self._follow)
        self.setAccessibleName(tr("Map"))
        self.show_cursor()

    # ---- view --------------------------------------------------------------------------------

    @property
    def view(self) -> Viewport:
        if self._fit_due:
            self.fit_all()
        return self._view

    def fit_all(self) -> None:
        """Show all sightings; without any, all tracks and areas; else Pakistan."""
        self._set_view(self._fitted(self.scene.content_box()))
        self._fits_itself = True

    def zoom_to(self, uuids: Sequence[str]) -> None:
        """Show these sightings; nothing happens if none of them has a position."""
        box = self.scene.layer.box_of(uuids)
        if box is not None:
            self._set_view(self._fitted(box))

    def go_to(self, lon: float, lat: float, label: str | None = None) -> None:
        """Bring a place to the middle and mark it with cross hairs and its coordinates (or ``label``)."""
        self._centre_on(lon, lat)
        self.scene.pin = (lon, lat, f"{lat:.5f}, {lon:.5f}" if label is None else label)
        self.update()

    def mark(self, lon: float, lat: float) -> None:
        """Mark a place as :meth:`go_to` does, and move there only if it is out of view; the scale stays."""
        west, south, east, north = self.view.bounds
        if not (west <= lon <= east and south <= lat <= north):
            self._set_view(self.view.centred(lon, lat))
        self.scene.pin = (lon, lat, f"{lat:.5f}, {lon:.5f}")
        self.update()

    def clear_mark(self) -> None:
        """Take the cross hairs of :meth:`go_to` off."""
        self.scene.pin = None
        self.update()

    def zoom_by(self, factor: float, x: float | None = None, y: float | None = None) -> None:
        """Magnify about a pixel (default: the middle)."""
        self._set_view(self.view.zoomed(factor, x, y))

    def drag_view(self, dx: float, dy: float) -> None:
        """Move the picture by pixels; stops following the receiver."""
        self.buttons.locate.setChecked(False)
        self._set_view(self.view.panned(dx, dy))

    @property
    def selection(self) -> list[str]:
        """Selected uuids that are on the map, in drawing order."""
        return self.scene.layer.keys_of(self.scene.layer.rows_of(self.scene.selection))

    # ---- tools -------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        return self._tool

    def set_tool(self, name: ToolName) -> None:
        """``pan``, ``select``, ``lasso``, ``add`` or ``measure``."""
        if name != self._tool.name:
            self._tool.cancel()
            self.say_measure(None)
            self._tool = make_tool(name, self)
            self.show_cursor()
            self.update()
            self.toolChanged.emit(name)

    def pick(self, pointer: Pointer) -> None:
        """Select what is under the pointer; open a group; on nothing, select nothing."""
        picked = self._picker.under(self.view, pointer)
        self._group_opened = picked.group is not None
        if picked.group is not None:
            keys = self.scene.points.keys_in_group(picked.group)
            if pointer.adding:
                self._select(self._picker.toggled(keys))
            elif not self._open_group(keys):
                self._select(frozenset(keys))
        elif picked.keys:
            self._select(self._picker.clicked(self.view, picked.keys, pointer.adding))
        elif not pointer.adding:
            self._select(frozenset())

    def activate(self, pointer: Pointer) -> None:
        """Open the sighting under the pointer, or zoom in there."""
        if self._group_opened:
            return  # the first press of this double click already zoomed
        picked = self._picker.under(self.view, pointer)
        if picked.keys:
            chosen = [key for key in picked.keys if key in self.scene.selection]
            self.sightingActivated.emit((chosen or picked.keys)[0])
        else:
            self.zoom_by(2.0, pointer.x, pointer.y)

    def select_box(self, start: Pixel, end: Pixel, adding: bool) -> None:
        """Select the sightings in a rectangle of pixels."""
        self._select(self._picker.in_box(self.view, start, end, adding))

    def select_lasso(self, line: list[Pixel], adding: bool) -> None:
        """Select the sightings inside a line of pixels."""
        self._select(self._picker.in_lasso(self.view, line, adding))

    def tap(self, x: float, y: float) -> None:
        """Report the position under a pixel."""
        self.positionTapped.emit(*self.view.lonlat(x, y))

    def say_measure(self, measured: Measured | None) -> None:
        """Show a measurement, and report it if it is new."""
        text = measured_text(measured) if measured is not None else ""
        if text != self._measure_text:
            self._measure_text = text
            self.measured.emit(text)

    def refresh(self) -> None:
        """Draw again."""
        self.update()

    # ---- what the gestures ask ---------------------------------------------------------------

    def pointer_at(self, pointer: Pointer) -> None:
        """The mouse is over a pixel."""
        self.cursorMoved.emit(*self.view.lonlat(pointer.x, pointer.y))
        self.show_cursor(pointer)

    def press_glass(self, x: float, y: float) -> bool:
        """Let the legend take a press; False if nothing on the glass was hit."""
        legend = self._glass.legend if self._glass is not None else None
        if legend is None or not legend.box.contains(x, y):
            return False
        if legend.head.contains(x, y):
            self._options = replace(self._options, legend_open=not legend.is_open)
            self._changed()
        for row, box in legend.rows:
            if box.contains(x, y):
                self.scene.layer.hide_styles(self.scene.layer.hidden_styles ^ {row.index})
                self._changed()
        return True

    def ask_context(self, pointer: Pointer) -> None:
        """Tell the owner that a menu is wanted here."""
        picked = self._picker.under(self.view, pointer)
        lon, lat = self.view.lonlat(pointer.x, pointer.y)
        at = self.mapToGlobal(QPoint(round(pointer.x), round(pointer.y)))
        self.contextRequested.emit(picked.keys[0] if picked.keys else "", lon, lat, at)

    def key_pressed(self, key: str) -> bool:
        """Escape, Enter or Backspace that the tool had no use for."""
        if key == "escape":
            if self._tool.name != "pan":
                self.set_tool("pan")
            elif self.scene.selection:
                self._select(frozenset())
            else:
                self.scene.pin = None
                self.update()
            return True
        if key == "enter" and len(self.selection) == 1:
            self.sightingActivated.emit(self.selection[0])
            return True
        return False

    def show_cursor(self, pointer: Pointer | None = None) -> None:
        """The cursor of the tool; a pointing hand over what can be picked."""
        shape = cursor_shape(self._tool, self._picker.under(self.view, pointer) if pointer else None)
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    # ---- changes -----------------------------------------------------------------------------

    def _set_view(self, view: Viewport) -> None:
        self._fits_itself = self._fit_due = False
        if view != self._view:
            self._view = view
            self.update()
            self.viewChanged.emit()

    def _centre_on(self, lon: float, lat: float) -> None:
        view = self.view if self.view.scale >= _CLOSE_SCALE else replace(self.view, scale=_CLOSE_SCALE)
        self._set_view(view.centred(lon, lat))

    def _fitted(self, box: Box, closest_m: float = 400) -> Viewport:
        """The view of a box with room for stamps and for what lies on the glass."""
        margin = min(80.0, self.width() / 6, self.height() / 6)
        covered = self.scene.covered(self._view, self.font(), self._glass_options())
        return self._view.fitted(box, margin, closest_m, covered)

    def _glass_options(self) -> GlassOptions:
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return replace(self._options, buttons=QRectF(self.buttons.geometry()), mirrored=right_to_left)

    def _select(self, selection: frozenset[str], tell: bool = True) -> None:
        if selection != self.scene.selection:
            self.scene.selection = selection
            self._changed()
            if tell:
                self.selectionChanged.emit(self.selection)

    def _open_group(self, keys: list[str]) -> bool:
        """Zoom in on a group; False if that would not part its points."""
        box = self.scene.layer.box_of(keys)
        assert box is not None
        view = self._fitted(box, _GROUP_M)
        if view.scale < self.view.scale * 1.3:
            return False
        self._set_view(view)
        return True

    def _follow(self, on: bool) -> None:
        if on and self.scene.gps is None:
            self.locateRequested.emit()
        elif on and self.scene.gps is not None:
            self._centre_on(self.scene.gps.lon, self.scene.gps.lat)

    def _changed(self) -> None:
        self.scene.changed()
        self.update()

    def _content_changed(self, refit: bool = True) -> None:
        """Points, tracks or areas differ. ``refit``: a view that shows all is to go on showing all.

        The view is fitted when it is next asked for, so that a thousand changes in a row cost one.
        """
        self._fit_due = self._fit_due or (refit and self._fits_itself)
        self._changed()

    # ---- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(900, 640)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 280)

    def paintEvent(self, event: QPaintEvent) -> None:
        described = ntr("{n} sighting", "{n} sightings", len(self.scene.layer))
        if described != self.accessibleDescription():
            self.setAccessibleDescription(described)
        painter = QPainter(self)
        painter.setFont(self.font())
        dpr = self.devicePixelRatioF()
        self._glass = self.scene.paint(painter, self.view, self.font(), dpr, self._glass_options()).glass
        paint_drawing(painter, self.scene.theme, self._tool.drawing())
        if self._measure_text:
            paint_measured(painter, self.scene.theme, self._measure_text, self.width(), self.height())
        if self._focus_ring and self.hasFocus():
            painter.setPen(QPen(QColor(self.scene.theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        fits = self._fits_itself
        self._view = self._view.resized(self.width(), self.height())
        self._place_buttons()
        if fits:
            self.fit_all()
        self.viewChanged.emit()

    def _place_buttons(self) -> None:
        right_to_left = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = chrome.EDGE if right_to_left else self.width() - chrome.EDGE - self.buttons.width()
        self.buttons.move(x, self.height() - chrome.EDGE - self.buttons.height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._place_buttons()
        elif event.type() == QEvent.Type.LanguageChange:
            self.buttons.retranslate()
            self.setAccessibleName(tr("Map"))
            self._changed()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QTouchEvent):
            self._gestures.touch(event)
            event.accept()
            return True
        if isinstance(event, QNativeGestureEvent):
            return self._gestures.native(event)
        if isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            picked = self._picker.under(self.view, Pointer(event.pos().x(), event.pos().y()))
            show_text(self, event.globalPos(), hover_text(picked, self._tooltip_of))
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._focus_ring = False
        self._gestures.mouse_press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._gestures.mouse_move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._gestures.mouse_release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._gestures.mouse_double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._gestures.wheel(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.ask_context(Pointer(event.pos().x(), event.pos().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._gestures.key(event):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._focus_ring = event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        super().focusInEvent(event)
        self.update()
