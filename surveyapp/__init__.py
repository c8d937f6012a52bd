"""SurveyApp: record gem deposit sightings offline, merge them, and hand them to reviewers."""

__version__ = "0.1.0"
