"""The scan of a certificate as large as its window; of a PDF one page after the other."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QWidget

from surveyapp.errors import BadFile, Unavailable
from surveyapp.services.certificates import PDF, ReadScan
from surveyapp.ui.forms.photo_viewer import PhotoViewer
from surveyapp.words import tr

_LONGEST_PX = 2400


class PdfPages:
    """The pages of a PDF as pictures. Raises ``BadFile`` for one that cannot be read, ``Unavailable`` where Qt was
    installed without its PDF part."""

    def __init__(self, data: bytes, name: str) -> None:
        try:
            from PySide6.QtPdf import QPdfDocument
        except ImportError as error:
            raise Unavailable(
                tr("PDF pages cannot be shown here ({why}); open the scan with another program.", why=error)) from None
        self._buffer = QBuffer()
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self._document = QPdfDocument()
        self._document.load(self._buffer)
        if self._document.status() != QPdfDocument.Status.Ready or not self._document.pageCount():
            raise BadFile(tr("The PDF {name} cannot be shown; it is damaged or asks for a password.", name=name))

    @property
    def count(self) -> int:
        return self._document.pageCount()

    def page(self, number: int) -> QImage:
        """A page (from 0) on white paper."""
        points = self._document.pagePointSize(number)
        size = points.scaled(_LONGEST_PX, _LONGEST_PX, Qt.AspectRatioMode.KeepAspectRatio).toSize()
        drawn = self._document.render(number, size.expandedTo(QSize(1, 1)))
        paper = QImage(drawn.size(), QImage.Format.Format_RGB32)
        paper.fill(QColor("white"))
        painter = QPainter(paper)
        painter.drawImage(0, 0, drawn)
        painter.end()
        return paper

    def close(self) -> None:
        """Let go of the bytes; the document first, because it reads from them."""
        self._document.close()
        self._buffer.close()


class ScanViewer(PhotoViewer):
    """Shows a scan; the keys and buttons that turn photos turn the pages of a PDF. Raises as :class:`PdfPages`."""

    def __init__(self, scan: ReadScan, title: str, parent: QWidget | None = None) -> None:
        self._pages = PdfPages(scan.data, scan.file_name) if scan.content_type == PDF else None
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._title, self._scan, self.at = title, scan, 0
        self.before_button.setAccessibleName(tr("Page before"))
        self.before_button.setToolTip(tr("Page before (Left)"))
        self.after_button.setAccessibleName(tr("Page after"))
        self.after_button.setToolTip(tr("Page after (Right)"))
        self.turned.connect(self._turn)
        self.finished.connect(lambda _code: self._pages.close() if self._pages is not None else None)
        self._show_page()

    @property
    def count(self) -> int:
        """How many pages there are."""
        return self._pages.count if self._pages is not None else 1

    def _turn(self, step: int) -> None:
        self.at = (self.at + step) % self.count
        self._show_page()

    def _show_page(self) -> None:
        facts = tr("page {page} of {count}", page=self.at + 1, count=self.count) if self.count > 1 else self._title
        self.show_photo("", self._scan.file_name, facts, many=self.count > 1)
        self.setWindowTitle(self._title)
        self.show_bytes(self._scan.data if self._pages is None else _png(self._pages.page(self.at)))


def _png(image: QImage) -> bytes:
    """The picture as bytes, as the viewer takes photos."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
