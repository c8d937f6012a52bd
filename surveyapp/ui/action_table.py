"""Every action of the window, declared once: menus, toolbar and the command palette are made from it. No Qt.

The table knows what an action is called and when it makes sense; what it does is given by id when the
window is put together (:class:`surveyapp.ui.actions.ActionSet`). A test walks the table: every action has a
text, an icon, a tip, a handler and a shortcut, and no two share one, nor the beginning of one. "F2, N" is F2 and then
N; what is pressed with F2 changes how the window looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowState:
    """What decides which actions make sense.

    ``selected`` counts selected records, ``conflicts`` open ones; ``undo`` and ``redo`` are the labels of what
    would be undone and redone (``None``: nothing).
    """

    open: bool = False
    writable: bool = False
    selected: int = 0
    records: int = 0
    undo: str | None = None
    redo: str | None = None
    conflicts: int = 0


When = Callable[[WindowState], bool]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    ``menu`` is the menu it is in; ``toolbar`` the group of buttons it is in (0: none), ``short`` its text
    there. ``check`` makes it one that is on or off (``choice``: one of a group of that name). ``records``: its
    shortcut works only where records have the focus (table and map), so that Del in a field stays Del.
    """

    id: str
    text: str
    icon: str
    tip: str
    menu: str
    shortcut: str = ""
    when: When = lambda _state: True
    toolbar: int = 0
    short: str = ""
    check: bool = False
    choice: str = ""
    records: bool = False
    separated: bool = False


def _open(state: WindowState) -> bool:
    return state.open


def _writable(state: WindowState) -> bool:
    return state.open and state.writable


def _any_selected(state: WindowState) -> bool:
    return state.open and state.selected > 0


def _any_to_change(state: WindowState) -> bool:
    return _writable(state) and state.selected > 0


def _one_to_change(state: WindowState) -> bool:
    return _writable(state) and state.selected == 1


def _any_records(state: WindowState) -> bool:
    return state.open and state.records > 0


MENUS = ("&Survey", "&Edit", "&View", "&Map", "Map &look", "&Tools", "&Review", "&Help")

# fmt: off
_SURVEY = (
    ActionSpec("survey.new", "&New survey…", "new", "Make a new, empty survey file",
               "&Survey", "Ctrl+N", toolbar=1, short="New"),
    ActionSpec("survey.open", "&Open survey…", "open", "Open a survey file (GeoPackage)",
               "&Survey", "Ctrl+O", toolbar=1, short="Open"),
    ActionSpec("survey.sample", "Open a &sample survey", "sample",
               "Try the program on a copy of a sample survey", "&Survey", "Ctrl+Shift+D"),
    ActionSpec("survey.import", "&Import…", "import", "Take in a CSV, Excel, GeoPackage, GeoJSON, GPX or form file",
               "&Survey", "Ctrl+I", _writable, separated=True, toolbar=4, short="Import"),
    ActionSpec("survey.merge", "&Merge surveys…", "merge", "Merge survey files of several teams into one",
               "&Survey", "Ctrl+M", toolbar=4, short="Merge"),
    ActionSpec("survey.export", "&Export…", "export", "Write the survey in another format",
               "&Survey", "Ctrl+Shift+X", _open, separated=True, toolbar=4, short="Export"),
    ActionSpec("survey.preview", "&Preview…", "preview",
               "Make one HTML file with the map that opens in any browser without a network",
               "&Survey", "Ctrl+P", _open, toolbar=4, short="Preview"),
    ActionSpec("survey.report", "Survey &report…", "report",
               "Write a report to read and print: map, tables, effort, quality, what is open",
               "&Survey", "Ctrl+Alt+R", _open),
    ActionSpec("custody.handover", "&Hand over samples…", "handover",
               "Write down that samples changed hands, many in one press under one seal",
               "&Survey", "Ctrl+Alt+H", _writable, separated=True),
    ActionSpec("certificate.add", "Certi&ficate of a sample…", "certificate",
               "Enter a laboratory's report on the chosen sample, with its scan", "&Survey", "Ctrl+Alt+C", _writable),
    ActionSpec("custody.page", "Pa&ge of a sample…", "report",
               "Write a page to print: where the chosen sample is from, its chain, its certificates",
               "&Survey", "Ctrl+Alt+G", _open),
    ActionSpec("survey.template", "&Template…", "template",
               "See and change what the office asks: fields, lists, defaults, fields of its own",
               "&Survey", "Ctrl+Shift+T", _open),
    ActionSpec("survey.details", "Survey &details…", "form",
               "See and change what the survey is called, whose it is, its licence and its dates",
               "&Survey", "Ctrl+Alt+I", _open),
    ActionSpec("survey.seal", "Sea&l…", "seal",
               "Sign what the file holds, so that whoever receives it can see that nothing was changed",
               "&Survey", "Ctrl+Alt+S", _writable, separated=True),
    ActionSpec("survey.verify", "&Verify a seal…", "verify", "Say whether a file is as it was sealed, and by whom",
               "&Survey", "Ctrl+Alt+V"),
    ActionSpec("survey.close", "&Close survey", "close", "Close the survey; everything is saved already",
               "&Survey", "Ctrl+W", _open, separated=True),
    ActionSpec("app.quit", "&Quit", "quit", "Close the program; everything is saved already",
               "&Survey", "Ctrl+Q"),
)

_EDIT = (
    ActionSpec("edit.undo", "&Undo", "undo", "Take back the last change, also one of an earlier day",
               "&Edit", "Ctrl+Z", lambda s: _writable(s) and s.undo is not None, toolbar=3, short="Undo"),
    ActionSpec("edit.redo", "&Redo", "redo", "Do again what was taken back",
               "&Edit", "Ctrl+Shift+Z", lambda s: _writable(s) and s.redo is not None, toolbar=3, short="Redo"),
    ActionSpec("sighting.new", "New &sighting", "add", "Start a new sighting in the form",
               "&Edit", "Ctrl+Shift+N", _writable, separated=True, toolbar=2, short="New sighting"),
    ActionSpec("sighting.duplicate", "&Duplicate sighting", "duplicate",
               "Start a new sighting with the facts of the selected one", "&Edit", "Ctrl+D", _one_to_change),
    ActionSpec("sighting.together", "Edit to&gether…", "form", "Set a field of all selected sightings at once",
               "&Edit", "Ctrl+Shift+E", lambda s: _writable(s) and s.selected > 1),
    ActionSpec("sighting.absent", "A&bsence here", "absent",
               "You looked and found none: a new sighting with the pinned gem and the GPS position, saved at once",
               "&Edit", "F6", _writable),
    ActionSpec("sighting.delete", "D&elete", "delete", "Delete the selected sightings; undo brings them back",
               "&Edit", "Del", _any_to_change, records=True, toolbar=3, short="Delete"),
    ActionSpec("form.save", "Save the f&orm", "save", "Save the sighting that stands in the form",
               "&Edit", "Ctrl+S", _writable, separated=True),
    ActionSpec("form.missing", "Go to what is &missing", "next", "Go to the next field that is still needed",
               "&Edit", "F3", _writable),
    ActionSpec("form.pin", "&Keep this field's value", "pin",
               "Fill the field that the keyboard is in with the same value in the next sighting", "&Edit", "Alt+P",
               _writable),
    ActionSpec("form.cancel", "&Cancel the form", "cancel", "Throw away what stands in the form and is not saved",
               "&Edit", "Shift+Esc", _writable),
    ActionSpec("form.now", "Observed &now", "history", "Set the time of the sighting in the form to this moment",
               "&Edit", "Shift+F6", _writable),
    ActionSpec("form.continue", "Con&tinue the draft", "form", "Go on with what was begun and not saved",
               "&Edit", "Shift+F3", _writable),
    ActionSpec("form.discard", "T&hrow the draft away", "delete", "Throw away what was begun and not saved",
               "&Edit", "Ctrl+Shift+F3", _writable),
    ActionSpec("edit.all", "Select &all", "table", "Select all sightings that the table shows",
               "&Edit", "Ctrl+A", _any_records, records=True, separated=True),
    ActionSpec("edit.find", "&Find", "search", "Search all fields of the sightings", "&Edit", "Ctrl+F", _open),
    ActionSpec("edit.filters", "Fi&lter…", "filter", "Show only the sightings that meet conditions, on table and map",
               "&Edit", "Ctrl+Shift+L", _open),
    ActionSpec("edit.in_view", "Only &what the map shows", "map",
               "Show only the sightings in the part of the map that is in view", "&Edit", "Ctrl+Shift+V", _any_records),
    ActionSpec("edit.unfilter", "Show ever&ything", "table", "Take the search words and all conditions away",
               "&Edit", "Ctrl+Shift+A", _open),
    ActionSpec("edit.next", "Ne&xt sighting", "next", "Select the next sighting of the table",
               "&Edit", "Alt+Down", _any_records),
    ActionSpec("edit.previous", "Pre&vious sighting", "previous", "Select the sighting before",
               "&Edit", "Alt+Up", _any_records),
)

_VIEW = (
    ActionSpec("view.form", "Sighting &form", "form", "Show the form", "&View", "Ctrl+1", _open),
    ActionSpec("view.photos", "&Photos", "photo", "Show the photos of the selected sighting",
               "&View", "Ctrl+2", _open),
    ActionSpec("view.history", "&History", "history",
               "Show who changed the selected sighting, and when", "&View", "Ctrl+3", _open),
    ActionSpec("view.gps", "&GPS", "gps", "Show the GPS receiver's fix, satellites and accuracy",
               "&View", "Ctrl+4", _open, toolbar=2, short="GPS"),
    ActionSpec("view.structure", "St&ructure", "structure",
               "Show what was measured at the selected sighting: strike and dip, trend and plunge",
               "&View", "Ctrl+5", _open),
    ActionSpec("view.samples", "Sa&mples", "bag", "Show the samples of the selected sighting",
               "&View", "Ctrl+6", _open),
    ActionSpec("view.custody", "Chain of cust&ody", "handover",
               "Show through whose hands the chosen sample went, and what laboratories say of it",
               "&View", "Ctrl+Shift+6", _open),
    ActionSpec("view.layers", "L&ayers", "layers", "Show the maps from files and what else the map draws",
               "&View", "Ctrl+7", _open),
    ActionSpec("view.areas", "Areas and est&imates", "area", "Show the areas of the survey and their estimates",
               "&View", "Ctrl+8", _open),
    ActionSpec("view.columns", "&Columns…", "columns", "Choose the columns of the table", "&View", "Ctrl+Shift+C",
               _open),
    ActionSpec("view.system", "Colours of the s&ystem", "theme", "Light or dark, as the system is",
               "&View", "F2, S", check=True, choice="theme", separated=True),
    ActionSpec("view.light", "&Light", "theme", "Dark on light", "&View", "F2, L", check=True, choice="theme"),
    ActionSpec("view.dark", "&Dark", "theme", "Light on dark", "&View", "F2, D", check=True, choice="theme"),
    ActionSpec("view.night", "&Night", "theme", "Red on black, to keep the eyes used to the dark",
               "&View", "F2, N", check=True, choice="theme"),
    ActionSpec("view.language.system", "Language of the &system", "language", "English or Urdu, as the system is",
               "&View", "F2, A", check=True, choice="language", separated=True),
    ActionSpec("view.language.en", "&English", "language", "English from left to right",
               "&View", "F2, E", check=True, choice="language"),
    ActionSpec("view.language.ur", "اردو (&Urdu)", "language", "اردو، دائیں سے بائیں (Urdu, from right to left)",
               "&View", "F2, U", check=True, choice="language"),
    ActionSpec("view.touch", "Large &targets for touch", "touch", "Larger buttons, rows and fields",
               "&View", "F2, T", check=True, separated=True),
)

_MAP = (
    ActionSpec("map.fit", "Show &all", "fit", "Show all sightings on the map",
               "&Map", "Ctrl+0", _open, toolbar=5, short="Show all"),
    ActionSpec("map.selection", "Show the &selection", "zoom-to",
               "Move the map to the selected sightings", "&Map", "Ctrl+J", _any_selected),
    ActionSpec("map.goto", "&Go to a position…", "go-to", "Type a position and move the map there",
               "&Map", "Ctrl+G", _open),
    ActionSpec("map.in", "Zoom &in", "zoom-in", "Show less, larger", "&Map", "Ctrl++", _open),
    ActionSpec("map.out", "Zoom &out", "zoom-out", "Show more, smaller", "&Map", "Ctrl+-", _open),
    ActionSpec("map.pan", "&Move the map", "map", "Drag moves the map, a click selects",
               "&Map", "Ctrl+Shift+H", _open, check=True, choice="tool", separated=True),
    ActionSpec("map.box", "Select in a &box", "select-box", "Drag a box round sightings",
               "&Map", "Ctrl+B", _open, check=True, choice="tool"),
    ActionSpec("map.lasso", "Select with a &lasso", "lasso", "Draw a line round sightings",
               "&Map", "Ctrl+L", _open, check=True, choice="tool"),
    ActionSpec("map.add", "&Tap a position", "zoom-to", "A click gives its position to the form",
               "&Map", "Ctrl+T", _writable, check=True, choice="tool"),
    ActionSpec("map.measure", "M&easure", "measure", "Measure distance, bearing and area",
               "&Map", "Ctrl+R", _open, check=True, choice="tool"),
    ActionSpec("map.pick", "Select the &nearest", "select-box", "On the map: select what is nearest to its middle",
               "&Map", "Space", _open, records=True, separated=True),
    ActionSpec("map.pick_next", "Select the ne&xt in view", "next",
               "On the map: select the next of the sightings in view", "&Map", "PgDown", _open, records=True),
    ActionSpec("map.pick_previous", "Select the pre&vious in view", "previous",
               "On the map: select the one before of the sightings in view", "&Map", "PgUp", _open, records=True),
    ActionSpec("map.follow", "Follo&w my position", "gps", "Keep the GPS position in the middle of the map",
               "&Map", "Alt+F7", _open, check=True),
    ActionSpec("map.layer.add", "Add a map &file…", "layers",
               "Put an MBTiles, GeoPackage, GeoTIFF or elevation file under the sightings",
               "&Map", "Ctrl+Shift+I", _open, separated=True),
    ActionSpec("map.snapshot", "Save &picture…", "picture", "Save what the map shows as PNG or PDF for a report",
               "&Map", "Ctrl+Shift+G", _open, separated=True),
)

_LOOK = (
    ActionSpec("map.style.gem", "Colours by &gem", "symbols", "Colour the sightings on the map by gem",
               "Map &look", "Alt+1", _open, check=True, choice="map_style"),
    ActionSpec("map.style.status", "Colours by &status", "symbols",
               "Colour the sightings by how far they have come: draft, submitted, accepted",
               "Map &look", "Alt+2", _open, check=True, choice="map_style"),
    ActionSpec("map.style.confidence", "Colours by &confidence", "symbols",
               "Colour the sightings by how sure the observer was",
               "Map &look", "Alt+3", _open, check=True, choice="map_style"),
    ActionSpec("map.style.age", "Colours by &age", "symbols", "Colour the sightings by when they were observed",
               "Map &look", "Alt+4", _open, check=True, choice="map_style"),
    ActionSpec("map.crowding.clusters", "Crowds as &rings", "crowd",
               "Where sightings cannot be told apart, draw one ring with their number",
               "Map &look", "Alt+5", _open, check=True, choice="map_crowding", separated=True),
    ActionSpec("map.crowding.density", "Crowds as &density", "crowd",
               "Where sightings cannot be told apart, shade the map by how many there are",
               "Map &look", "Alt+6", _open, check=True, choice="map_crowding"),
    ActionSpec("map.crowding.points", "Every sighting as a &point", "crowd",
               "Draw every sighting, also where they cover one another",
               "Map &look", "Alt+7", _open, check=True, choice="map_crowding"),
    ActionSpec("map.grid.degrees", "Lines of degr&ees", "grid", "Draw meridians and parallels",
               "Map &look", "Alt+8", _open, check=True, separated=True),
    ActionSpec("map.grid.utm", "&Kilometre grid (UTM)", "grid", "Draw the UTM grid of WGS 84, as GPS receivers show it",
               "Map &look", "Alt+9", _open, check=True),
    ActionSpec("map.grid.sheets", "&Toposheets", "grid",
               "Draw the edges of the toposheets with their numbers, where they lie on WGS 84",
               "Map &look", "Alt+0", _open, check=True),
    ActionSpec("map.legend", "&Legend", "symbols", "Show what the symbols on the map mean",
               "Map &look", "F2, K", _open, check=True, separated=True),
    ActionSpec("map.fold", "&Fold the legend", "symbols",
               "On the map: fold the legend to its title, or open it; 1 to 9 hide and show its rows",
               "Map &look", "L", _open, records=True),
)

_TOOLS = (
    ActionSpec("photo.attach", "Attach p&hotos…", "photo", "Put photos into the selected sighting",
               "&Tools", "Ctrl+Shift+P", _one_to_change, toolbar=2, short="Photos"),
    ActionSpec("photo.match", "Find the &sightings of photos…", "photo",
               "Match photos of a folder to sightings by place and time", "&Tools", "F5", _writable),
    ActionSpec("photo.watch", "&Watch a camera folder…", "photo",
               "Offer photos that come into a folder, or stop it", "&Tools", "Shift+F5", _writable),
    ActionSpec("photo.sketch", "S&ketch on a photo…", "sketch", "Draw on a copy of a photo of the selected sighting",
               "&Tools", "Ctrl+F5", _one_to_change),
    ActionSpec("photo.enlarge", "Photo in full si&ze", "photo", "Look at the photos of the sighting, one by one",
               "&Tools", "Ctrl+Shift+F5", _open),
    ActionSpec("gps.connect", "Connect or disconnect &GPS", "gps",
               "Connect the receiver that is chosen in the GPS panel", "&Tools", "Ctrl+F7", _open, separated=True),
    ActionSpec("gps.use", "&Use the GPS position", "gps", "Put the position of the receiver into the form",
               "&Tools", "F7", _writable),
    ActionSpec("gps.average", "A&verage positions", "gps", "Average fixes while you stay in one place, or stop it",
               "&Tools", "Shift+F7", _open),
    ActionSpec("gps.rules", "Position &rules…", "gps", "What is asked of a GPS position before it may be used",
               "&Tools", "Ctrl+Shift+F7"),
    ActionSpec("places.again", "Work out &places again…", "pin",
               "Give every sighting the province and district that the boundaries in use say", "&Edit",
               "Alt+Shift+F7", _writable, separated=True),
    ActionSpec("track.record", "Record &track, pause or resume", "track",
               "Record the way you walk; every point is on the disk at once", "&Tools", "F4", _writable),
    ActionSpec("track.finish", "Fi&nish the track", "track", "Put the track that is recorded into the survey",
               "&Tools", "Shift+F4", _writable),
    ActionSpec("structure.add", "Add m&easurement", "structure",
               "Type strike and dip or trend and plunge at the selected sighting",
               "&Tools", "Ctrl+Shift+M", _one_to_change, separated=True),
    ActionSpec("structure.stereonet", "Stere&onet…", "stereonet", "Show all measurements of the survey in one net",
               "&Tools", "Ctrl+Shift+O", _open),
    ActionSpec("sample.add", "Add s&ample", "bag", "Start a new sample of the selected sighting, with the next free ID",
               "&Tools", "Ctrl+Shift+S", _one_to_change, separated=True),
    ActionSpec("sample.child", "Add &part of a sample", "bag", "Start a new sample that was split off the chosen one",
               "&Tools", "Ctrl+Shift+K", _one_to_change),
    ActionSpec("sample.labels", "Print &labels…", "label", "Make a PDF with labels and QR codes for sample bags",
               "&Tools", "Ctrl+Shift+B", _open),
    ActionSpec("sample.find", "&Find a sample…", "search", "Find a sample by typing its ID or scanning its label",
               "&Tools", "Ctrl+Shift+F", _open),
    ActionSpec("area.add", "New area &by corners", "area", "Start a new area: a licence, a prospect, a deposit",
               "&Tools", "Ctrl+Alt+A", _writable, separated=True),
    ActionSpec("area.draw", "Draw the area on the &map", "sketch",
               "Press the corners of the area on the map; again when the outline is done",
               "&Tools", "Ctrl+Alt+D", _writable),
    ActionSpec("estimate.add", "Add est&imate…", "estimate",
               "Work out or type the carats in the chosen area, and what that may be called",
               "&Tools", "Ctrl+Alt+E", _writable),
    ActionSpec("survey.check", "&Check the survey", "check", "List what is missing or wrong",
               "&Tools", "F8", _open, separated=True, toolbar=5, short="Check"),
    ActionSpec("survey.conflicts", "&Disagreements…", "conflict",
               "Decide where teams said different things of the same record", "&Tools", "F9", _open),
    ActionSpec("survey.duplicates", "Likel&y the same…", "duplicate",
               "Look at sightings that may be of the same deposit", "&Tools", "Shift+F9", _open),
    ActionSpec("app.palette", "Co&mmands…", "palette", "Find any command by typing", "&Help", "Ctrl+K"),
    ActionSpec("app.tour", "&Guided first survey", "tour",
               "Ten steps on a copy of a sample survey; press again to leave them", "&Help", "Shift+F1"),
    ActionSpec("app.about", "&About SurveyApp", "about", "Version, licences and where files are kept",
               "&Help", "F1"),
)

_REVIEW = (
    ActionSpec("review.open", "&Review window…", "review",
               "How far the sightings have come, and what reviewers decided", "&Review", "F12", _open),
    ActionSpec("review.take_in", "&Take in decisions…", "decisions",
               "Take in the file that a reviewer sent back; first you see what it would change",
               "&Review", "Ctrl+F12", _open),
    ActionSpec("review.unanswered", "&Only remarks not answered", "remark",
               "Show only the sightings with remarks of reviewers that nobody has answered",
               "&Review", "Shift+F12", _open, check=True),
    ActionSpec("review.submit", "&Submit", "submit", "Hand the selected sightings over for review, or all drafts",
               "&Review", "F11", _writable, separated=True),
    ActionSpec("review.dealt", "&Dealt with: submit again", "submit",
               "Say that the remarks on this sighting are dealt with, and submit it again",
               "&Review", "Shift+F11", _one_to_change),
    ActionSpec("review.receive", "Mark as re&ceived", "receive",
               "Say that the office has received the selected sightings, or all that were submitted",
               "&Review", "Ctrl+F11", _writable),
    ActionSpec("review.accept", "&Accept…", "accept", "Accept the selected sightings, as a reviewer",
               "&Review", "Ctrl+F8", _any_to_change, separated=True),
    ActionSpec("review.issues", "&Needs work…", "issues",
               "Say what is to be mended in the selected sightings, as a reviewer",
               "&Review", "Shift+F8", _any_to_change),
    ActionSpec("review.reject", "Re&ject…", "reject", "Reject the selected sightings, as a reviewer",
               "&Review", "Ctrl+Shift+F8", _any_to_change),
)
# fmt: on

ACTIONS: tuple[ActionSpec, ...] = (*_SURVEY, *_EDIT, *_VIEW, *_MAP, *_LOOK, *_TOOLS, *_REVIEW)

ACTION_BY_ID: dict[str, ActionSpec] = {spec.id: spec for spec in ACTIONS}
