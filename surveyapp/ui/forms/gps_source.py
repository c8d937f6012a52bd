"""Choosing where positions come from: a serial port, gpsd, the network, or a recorded log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from surveyapp.positioning.sources import BAUD_RATES, SerialPort, list_serial_ports
from surveyapp.ui.forms.look import FRAMELESS, IconButton
from surveyapp.words import tr

_HINTS = {"gpsd": "localhost:2947", "tcp": "192.168.43.1:50000", "udp": ":10110"}
_ADDRESSES = tuple(_HINTS)


class _QuietCombo(QComboBox):
    """The wheel scrolls the panel, never the choice."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class GpsSourceChooser(QWidget):
    """:meth:`text` is the source as :func:`surveyapp.positioning.sources.source_from_text` reads it.
    ``accepted`` when Return is pressed in it."""

    accepted = Signal()

    def __init__(
        self,
        list_ports: Callable[[], Sequence[SerialPort]] = list_serial_ports,
        choose_log: Callable[[], Path | None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._list_ports = list_ports
        self._choose_log = choose_log or self._ask_log
        self._listed = False
        self.kind = _QuietCombo(self)
        self.kind.setAccessibleName(tr("Kind of GPS source"))
        for key, label in _kinds():
            self.kind.addItem(label, key)
        self._pages = QStackedWidget(self)
        self._addresses: dict[str, QLineEdit] = {}
        self._pages.addWidget(self._serial_page())
        for key in _ADDRESSES:
            self._pages.addWidget(self._address_page(key))
        self._pages.addWidget(self._replay_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.kind)
        column.addWidget(self._pages)
        self.kind.currentIndexChanged.connect(self._pages.setCurrentIndex)

    def text(self) -> str:
        """The source that is chosen; empty where something is missing."""
        kind = str(self.kind.currentData())
        if kind == "serial":
            port = self._port()
            return f"serial:{port}" if port else ""
        if kind == "replay":
            name = self.log.text().strip()
            return f"replay:{name}" if name else ""
        address = self._addresses[kind].text().strip()
        if kind == "gpsd":
            address = address or _HINTS[kind]
        elif kind == "udp" and address.isdigit():
            address = f":{address}"
        return f"{kind}://{address}" if address else ""

    def set_text(self, text: str) -> None:
        """Show a source as settings kept it; text that names none changes nothing."""
        kind, _colon, rest = text.partition(":")
        index = self.kind.findData(kind)
        if index < 0:
            return
        self.kind.setCurrentIndex(index)
        if kind == "serial":
            port, _at, more = rest.partition("@")
            baud, _hash, identity = more.partition("#")
            self._remembered = (port, identity)
            self.port.setEditText(port)
            self.baud.setCurrentText(baud or self.baud.currentText())
        elif kind == "replay":
            self.log.setText(rest)
        else:
            self._addresses[kind].setText(rest.removeprefix("//"))

    def refresh_ports(self) -> None:
        """List the serial ports there are now; the remembered receiver is found again in another port."""
        chosen = self.port.currentText().strip()
        ports = list(self._list_ports())
        self.port.clear()
        for port in ports:
            self.port.addItem(f"{port.device}  {port.description}".strip(), port)
        names = [port.device for port in ports]
        known = next((p.device for p in ports if p.identity and p.identity == self._remembered[1]), "")
        device = known or _device_in(chosen, names)
        if device in names:
            self.port.setCurrentIndex(names.index(device))
        elif chosen:
            self.port.setEditText(chosen)
        hint = tr("Type a port") if ports else tr("No port found; plug in the receiver")
        self.port.lineEdit().setPlaceholderText(hint)
        self.port.lineEdit().setCursorPosition(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._listed:
            self._listed = True
            self.refresh_ports()

    def _port(self) -> str:
        """``PORT@BAUD#IDENTITY``."""
        typed = self.port.currentText().strip()
        for place in range(self.port.count()):
            port = self.port.itemData(place)
            if isinstance(port, SerialPort) and typed in (self.port.itemText(place), port.device):
                identity = f"#{port.identity}" if port.identity else ""
                return f"{port.device}@{self.baud.currentText()}{identity}"
        return f"{typed}@{self.baud.currentText()}" if typed else ""

    def _serial_page(self) -> QWidget:
        page, row = _page()
        self._remembered = ("", "")
        self.port = _QuietCombo(page)
        self.port.setEditable(True)
        self.port.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.port.setAccessibleName(tr("Serial port"))
        self.port.setMinimumContentsLength(8)
        self.port.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.port.lineEdit().setStyleSheet(FRAMELESS)
        self.baud = _QuietCombo(page)
        self.baud.setAccessibleName(tr("Baud rate"))
        self.baud.addItems([str(rate) for rate in BAUD_RATES])
        self.baud.setCurrentText("9600")
        self.refresh_button = IconButton("refresh", tr("List the ports again"), parent=page)
        self.refresh_button.clicked.connect(self.refresh_ports)
        row.addWidget(self.port, 1)
        row.addWidget(self.baud)
        row.addWidget(self.refresh_button)
        return page

    def _address_page(self, kind: str) -> QWidget:
        page, row = _page()
        line = QLineEdit(page)
        line.setPlaceholderText(_HINTS[kind])
        line.setAccessibleName(tr("Port to listen on") if kind == "udp" else tr("Host and port"))
        line.returnPressed.connect(self.accepted)
        self._addresses[kind] = line
        row.addWidget(line)
        return page

    def address(self, kind: str) -> QLineEdit:
        """The line for the address of ``gpsd``, ``tcp`` or ``udp``."""
        return self._addresses[kind]

    def _replay_page(self) -> QWidget:
        page, row = _page()
        self.log = QLineEdit(page)
        self.log.setPlaceholderText("walk.nmea")
        self.log.setAccessibleName(tr("Recorded NMEA log"))
        self.log.returnPressed.connect(self.accepted)
        self.log_button = QPushButton(tr("Choose…"), page)
        self.log_button.setAutoDefault(False)
        self.log_button.clicked.connect(self._take_log)
        row.addWidget(self.log, 1)
        row.addWidget(self.log_button)
        return page

    def _take_log(self) -> None:
        path = self._choose_log()
        if path is not None:
            self.log.setText(str(path))

    def _ask_log(self) -> Path | None:
        kinds = tr("NMEA logs (*.nmea *.log *.txt *.ubx *.gps);;All files (*)")
        name, _kind = QFileDialog.getOpenFileName(self, tr("Replay a recorded log"), "", kinds)
        return Path(name) if name else None


def _kinds() -> tuple[tuple[str, str], ...]:
    return (
        ("serial", tr("Serial or USB receiver")),
        ("gpsd", tr("gpsd")),
        ("tcp", tr("NMEA over TCP")),
        ("udp", tr("NMEA over UDP")),
        ("replay", tr("Replay a recorded log")),
    )


def _page() -> tuple[QWidget, QHBoxLayout]:
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    return page, row


def _device_in(shown: str, names: Sequence[str]) -> str:
    """The port that a line such as ``COM4  u-blox 7`` begins with."""
    return next((name for name in names if shown == name or shown.startswith(f"{name} ")), "")
