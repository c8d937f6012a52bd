"""The guided first survey: ten steps that a person does in the real window, on a copy of a sample."""
