"""Reports to read and to print: what they show is gathered elsewhere, here it becomes a page."""
