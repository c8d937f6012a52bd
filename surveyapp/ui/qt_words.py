"""What Qt itself says on buttons and in menus. Qt ships no Urdu, so these come from our own catalogue. No Qt here."""

from __future__ import annotations

QT_WORDS = (
    "OK", "&OK", "Cancel", "&Cancel", "Close", "&Close", "Save", "&Save", "Open", "&Open", "&Yes", "&No", "Apply",
    "Reset", "Discard", "Don't Save", "Help", "Show Details...", "Hide Details...",
    "&Undo", "&Redo", "Cu&t", "&Copy", "&Paste", "Delete", "Select All", "Copy", "Paste",
    "Look in:", "File &name:", "Files of type:", "Directory:", "&Choose", "&Open", "Create New Folder", "Back",
    "Forward", "Parent Directory", "List View", "Detail View", "Name", "Size", "Type", "Date Modified", "My Computer",
    "%1 already exists.\nDo you want to replace it?", "Find Directory", "&Rename", "&Delete", "Show &hidden files",
    "&New Folder", "New Folder", "Computer", "Step up", "Step down", "Clear", "Increase", "Decrease", "Press", "More",
)
"""Texts of Qt's own dialogs, buttons and menus of text fields, as Qt writes them."""
