"""Readers of files made by others: each turns one format into :class:`~.source.SourceTable` objects."""
