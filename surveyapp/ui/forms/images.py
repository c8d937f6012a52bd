"""Pictures from bytes, upright and no larger than they are shown; by night in red."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageIOHandler, QImageReader, QPainter

from surveyapp.ui import theme

_NIGHT_RED = QColor(180, 0, 0)


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


def toned(image: QImage) -> QImage:
    """The picture as the theme lets it be shown: by night in shades of red, because the white of a photo would cost
    the eyes their darkness; else itself."""
    if theme.current() is not theme.NIGHT or image.isNull():
        return image
    red = image.convertToFormat(QImage.Format.Format_Grayscale8).convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(red)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    painter.fillRect(QRect(QPoint(0, 0), red.size()), _NIGHT_RED)
    painter.end()
    red.setDevicePixelRatio(image.devicePixelRatio())
    return red


def _is_turned(reader: QImageReader) -> bool:
    """The reader scales before it turns, so a photo held upright fits into the turned size."""
    quarter_turn = QImageIOHandler.Transformation.TransformationRotate90
    return bool(reader.transformation().value & quarter_turn.value)
