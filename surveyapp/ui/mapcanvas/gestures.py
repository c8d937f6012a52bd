"""From Qt's mouse, touch, wheel and key events to the tool in hand."""

from __future__ import annotations

import math
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QTouchEvent, QWheelEvent

from surveyapp.ui.mapcanvas.tools import Pointer, Tool

_LONG_PRESS_MS = 600
_STEP_PX = 90
_FINE_STEP_PX = 10
KEY_ZOOM = 1.6


class Moved(Protocol):
    """What gestures move and press."""

    @property
    def tool(self) -> Tool: ...

    def drag_view(self, dx: float, dy: float) -> None: ...

    def zoom_by(self, factor: float, x: float | None = None, y: float | None = None) -> None: ...

    def fit_all(self) -> None: ...

    def press_glass(self, x: float, y: float) -> bool: ...

    def pointer_at(self, pointer: Pointer) -> None: ...

    def show_cursor(self, pointer: Pointer | None = None) -> None: ...

    def ask_context(self, pointer: Pointer) -> None: ...

    def key_pressed(self, key: str) -> bool: ...


class Gestures(QObject):
    """One canvas's pointing devices and keys."""

    def __init__(self, canvas: Moved, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._middle_from: QPointF | None = None
        self._on_glass = False
        self._fingers: dict[int, QPointF] = {}
        self._pinching = False
        self._long_press = QTimer(self)
        self._long_press.setSingleShot(True)
        self._long_press.setInterval(_LONG_PRESS_MS)
        self._long_press.timeout.connect(self._held)
        self._pressed: Pointer | None = None

    # ---- mouse -------------------------------------------------------------------------------

    def mouse_press(self, event: QMouseEvent) -> None:
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._middle_from = at
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press(_pointer(event))

    def mouse_move(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._middle_from is not None:
            self._canvas.drag_view(at.x() - self._middle_from.x(), at.y() - self._middle_from.y())
            self._middle_from = at
        elif not self._on_glass:
            self._canvas.tool.move(_pointer(event))
        self._canvas.pointer_at(_pointer(event))

    def mouse_release(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._middle_from = None
        elif event.button() == Qt.MouseButton.LeftButton:
            self._release(_pointer(event))

    def mouse_double_click(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pointer = _pointer(event)
        if self._canvas.press_glass(pointer.x, pointer.y):
            self._on_glass = True
        else:
            self._canvas.tool.double_click(pointer)

    def wheel(self, event: QWheelEvent) -> None:
        """A notch (120 units) zooms by the square root of two about the pointer."""
        turned = event.angleDelta().y()
        if turned:
            self._canvas.zoom_by(2 ** (turned / 240), event.position().x(), event.position().y())
        event.accept()

    def native(self, event: QNativeGestureEvent) -> bool:
        """Pinch on a touch pad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        at = event.position()
        self._canvas.zoom_by(max(1 + event.value(), 0.1), at.x(), at.y())
        return True

    def _press(self, pointer: Pointer) -> None:
        self._on_glass = self._canvas.press_glass(pointer.x, pointer.y)
        if not self._on_glass:
            self._canvas.tool.press(pointer)
            self._canvas.show_cursor()

    def _release(self, pointer: Pointer) -> None:
        if not self._on_glass:
            self._canvas.tool.release(pointer)
        self._on_glass = False
        self._canvas.show_cursor()

    # ---- touch -------------------------------------------------------------------------------

    def touch(self, event: QTouchEvent) -> None:
        """One finger is the tool's, two fingers pan and zoom; the rest of a pinch does nothing."""
        if event.type() == QEvent.Type.TouchCancel:
            self._end_touch(None)
            return
        points = event.points()
        # A finger that rests is where it was: not every driver repeats its position.
        now = {
            point.id(): self._fingers.get(point.id(), point.position())
            if point.state() == point.State.Stationary
            else point.position()
            for point in points
        }
        down = [point for point in points if point.state() != point.State.Released]
        if event.type() == QEvent.Type.TouchBegin:
            self._pinching = False
            self._pressed = _finger(points[0].position())
            self._press(self._pressed)
            self._long_press.start()
        elif len(down) >= 2:
            self._pinch(now)
        elif not self._pinching and down:
            self._slide(_finger(down[0].position()))
        if event.type() == QEvent.Type.TouchEnd:
            self._end_touch(None if self._pinching else _finger(points[0].position()))
        else:
            self._fingers = now

    def _slide(self, pointer: Pointer) -> None:
        if self._pressed is not None and math.hypot(pointer.x - self._pressed.x, pointer.y - self._pressed.y) > 10:
            self._long_press.stop()
        if not self._on_glass and self._pressed is not None:
            self._canvas.tool.move(pointer)

    def _pinch(self, now: dict[int, QPointF]) -> None:
        if not self._pinching:
            self._pinching = True
            self._long_press.stop()
            self._canvas.tool.cancel()
        both = [key for key in now if key in self._fingers][:2]
        if len(both) < 2:
            return
        (a0, b0), (a1, b1) = ((at[both[0]], at[both[1]]) for at in (self._fingers, now))
        middle0, middle1 = (a0 + b0) / 2, (a1 + b1) / 2
        apart0 = max(math.hypot(a0.x() - b0.x(), a0.y() - b0.y()), 1.0)
        apart1 = max(math.hypot(a1.x() - b1.x(), a1.y() - b1.y()), 1.0)
        self._canvas.drag_view(middle1.x() - middle0.x(), middle1.y() - middle0.y())
        self._canvas.zoom_by(apart1 / apart0, middle1.x(), middle1.y())

    def _end_touch(self, pointer: Pointer | None) -> None:
        self._long_press.stop()
        if pointer is not None and self._pressed is not None:
            self._release(pointer)
        else:
            self._canvas.tool.cancel()
        self._pressed, self._on_glass, self._pinching = None, False, False
        self._fingers = {}

    def _held(self) -> None:
        """A finger rested in one place: what a right click is to a mouse."""
        if self._pressed is not None and not self._canvas.tool.dragging:
            pointer, self._pressed = self._pressed, None
            self._canvas.tool.cancel()
            self._canvas.ask_context(pointer)

    # ---- keys --------------------------------------------------------------------------------

    def key(self, event: QKeyEvent) -> bool:
        """True if the key meant something to the map."""
        canvas, key = self._canvas, event.key()
        step = _FINE_STEP_PX if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP_PX
        moves = {
            Qt.Key.Key_Left: (step, 0),
            Qt.Key.Key_Right: (-step, 0),
            Qt.Key.Key_Up: (0, step),
            Qt.Key.Key_Down: (0, -step),
        }
        names = {
            Qt.Key.Key_Escape: "escape",
            Qt.Key.Key_Return: "enter",
            Qt.Key.Key_Enter: "enter",
            Qt.Key.Key_Backspace: "backspace",
        }
        if key in moves:
            canvas.drag_view(*moves[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            canvas.zoom_by(KEY_ZOOM)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            canvas.zoom_by(1 / KEY_ZOOM)
        elif key == Qt.Key.Key_Home:
            canvas.fit_all()
        elif key in names:
            return canvas.tool.key(names[Qt.Key(key)]) or canvas.key_pressed(names[Qt.Key(key)])
        else:
            return False
        return True


def _pointer(event: QMouseEvent) -> Pointer:
    held = event.modifiers()
    return Pointer(
        event.position().x(),
        event.position().y(),
        adding=bool(held & Qt.KeyboardModifier.ControlModifier),
        shift=bool(held & Qt.KeyboardModifier.ShiftModifier),
    )


def _finger(at: QPointF) -> Pointer:
    return Pointer(at.x(), at.y(), touch=True)
