"""Dialogs. Each takes plain data, gives back plain data by property or signal, and knows no storage.

They are opened without blocking (``open`` or ``show``), so that tests drive them like a person does.
"""
