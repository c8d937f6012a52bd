"""The map: a widget of our own that draws sightings from numpy arrays into an image buffer.

Models decide and views translate: :mod:`.viewport`, :mod:`.pointlayer`, :mod:`.levels`, :mod:`.stamps`
and :mod:`.raster` know no Qt; :mod:`.scene` turns them into one picture; :mod:`.canvas` is the widget.
Nothing here knows about storage.
"""
