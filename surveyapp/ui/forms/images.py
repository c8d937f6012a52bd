"""Pictures from bytes, upright and no larger than they are shown."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader


def picture(data: bytes | None, size: QSize) -> QImage:
    """The picture, turned as its camera was held, to fit ``size`` (pixels, never enlarged); a null image if
    the bytes are none. Scaled while it is read, so that a photo of 100 megapixels needs no gigabyte."""
    if not data:
        return QImage()
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    full = reader.size()
    if full.isValid():
        turned = QSize(size.height(), size.width()) if _is_turned(reader) else size
        fitting = full.scaled(turned, Qt.AspectRatioMode.KeepAspectRatio)
        if fitting.width() < full.width():
            reader.setScaledSize(fitting.expandedTo(QSize(1, 1)))
    return reader.read()


def _is_turned(reader: QImageReader) -> bool:
    """The reader scales before it turns, so a photo held upright fits into the turned size."""
    quarter_turn = QImageIOHandler.Transformation.TransformationRotate90
    return bool(reader.transformation().value & quarter_turn.value)
