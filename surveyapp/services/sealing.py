"""Sealing a survey before it is handed on, and verifying what was received."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp import __version__
from surveyapp.domain.progress import Progress
from surveyapp.domain.records import utc_text
from surveyapp.errors import BadFile, Refused
from surveyapp.exchange import seal as seals
from surveyapp.exchange.report.phrases import moment_words
from surveyapp.services.session import Session
from surveyapp.settings import Settings
from surveyapp.storage.gpkg import SurveyFile
from surveyapp.words import tr

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NONE, INTACT, CONTINUED, CHANGED, BROKEN = "none", "intact", "continued", "changed", "broken"
"""What a file is found to be: without a seal; as it was sealed; with further work upon what was sealed; with something
sealed that is gone or different; with a seal that does not hold."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal whose signature holds. ``known_as``: how this computer knows the key, empty if it does not."""

    by: str
    organisation: str
    at: str
    program: str
    public_key: str
    fingerprint: str
    known_as: str
    parts: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a file is as it was sealed. ``differences``: a sentence for each part that is not; ``trusted``: the key
    is the one that was asked for (or none was asked for)."""

    state: str
    seal: Seal | None
    differences: tuple[str, ...] = ()
    trusted: bool = True
    seals: int = 0

    @property
    def holds(self) -> bool:
        return self.state == INTACT and self.trusted

    def lines(self) -> list[str]:
        """The finding as people read it."""
        told = [_STATES[self.state]()]
        if self.seal is not None:
            by = " · ".join(word for word in (self.seal.by, self.seal.organisation) if word)
            told.append(tr("Sealed by {by} on {at}.", by=by or tr("someone"), at=moment_words(self.seal.at)))
            known = (tr("known here as {name}", name=self.seal.known_as) if self.seal.known_as
                     else tr("not known on this computer; ask the sender to read out the fingerprint"))
            told.append(tr("Key {fingerprint}: {known}.", fingerprint=self.seal.fingerprint, known=known))
        if not self.trusted:
            told.append(tr("It was sealed with another key than the one you gave."))
        return [*told, *self.differences]

    def as_dict(self) -> dict[str, Any]:
        seal = self.seal
        return {
            "valid": self.holds, "state": self.state, "trusted": self.trusted, "seals": self.seals,
            "differences": list(self.differences),
            "seal": None if seal is None else {
                "by": seal.by, "organisation": seal.organisation, "at": seal.at, "program": seal.program,
                "public_key": seal.public_key, "fingerprint": seal.fingerprint, "known_as": seal.known_as,
            },
        }


_STATES = {
    NONE: lambda: tr("The file has no seal."),
    INTACT: lambda: tr("The file is as it was sealed."),
    CONTINUED: lambda: tr("All that was sealed is there; work went on since."),
    CHANGED: lambda: tr("The file is not as it was sealed."),
    BROKEN: lambda: tr("The seal does not hold."),
}


class Keys:
    """The keys of whoever runs the program: its own, and those of others that it was told of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls) -> Keys:
        path = Settings.of_user().path
        assert path is not None
        return cls(path.parent / "keys")

    def own(self) -> Ed25519PrivateKey:
        """This computer's own key, made when it is first asked for."""
        path = self.folder / "seal.pem"
        return seals.read_key(path) if path.exists() else seals.make_key(path)

    def known(self) -> dict[str, str]:
        """``{public key: name}``."""
        path = self.folder / "known.json"
        try:
            found = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise BadFile(tr("The list of known keys {path} cannot be read ({error}); mend or remove it.",
                             path=path, error=error)) from None
        return {str(key): str(name) for key, name in found.items()} if isinstance(found, dict) else {}

    def name_of(self, public_key: str) -> str:
        own = self.folder / "seal.pem"
        if own.exists() and seals.public_text(seals.read_key(own)) == public_key:
            return tr("this computer's own key")
        return self.known().get(public_key, "")

    def remember(self, public_key: str, name: str) -> None:
        """Know a key by a name from now on."""
        path = self.folder / "known.json"
        known = {**self.known(), public_key: name}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            staged = path.with_suffix(".new")
            staged.write_text(json.dumps(known, ensure_ascii=False, indent=1), "utf-8")
            os.replace(staged, path)
        except OSError as error:
            raise BadFile(tr("{path} cannot be written ({reason}); choose another place.", path=path,
                             reason=error.strerror)) from None


def seal(session: Session, key: Ed25519PrivateKey, progress: Progress | None = None) -> Finding:
    """Seal the survey as it stands. Refused where the file is damaged or rows have no history, because a seal would
    vouch for what nobody can answer for."""
    file = session.file
    if trouble := [*file.integrity(), *(message for _, _, message in file.unrecorded())]:
        raise Refused(tr("{name} cannot be sealed: {trouble} Run 'surveyapp check' on it.", name=file.path.name,
                         trouble=trouble[0]))
    surveys = file.surveys()
    organisations = sorted({str(s.get("organisation")) for s in surveys if s.get("organisation")})
    earlier = file.seal_texts()
    facts = {
        "surveys": [{"uuid": s.uuid, "name": s.get("name"), "team": s.get("team")} for s in surveys],
        "by": session.author,
        "organisation": ", ".join(organisations),
        "device": session.device,
        "at": utc_text(),
        "program": f"SurveyApp {__version__}",
        "parts": file.digests(progress),
        "last_revision": file.last_revision(),
        "previous": hashlib.sha256(earlier[-1].encode("utf-8", "surrogatepass")).hexdigest() if earlier else None,
    }
    file.add_seal(seals.signed(facts, key))
    return verify(file)


def verify(file: SurveyFile, *, demanded: str | None = None, keys: Keys | None = None,
           progress: Progress | None = None) -> Finding:
    """Whether the file is as its last seal says. ``demanded``: the public key that it has to be sealed with."""
    texts = file.seal_texts()
    if not texts:
        return Finding(NONE, None, trusted=demanded is None)
    try:
        facts = seals.facts_of(texts[-1])
    except BadFile as error:
        return Finding(BROKEN, None, (str(error),), trusted=False, seals=len(texts))
    public_key = str(facts["public_key"])
    keys = keys or Keys.of_user()
    found = Seal(
        str(facts.get("by") or ""), str(facts.get("organisation") or ""), str(facts.get("at") or ""),
        str(facts.get("program") or ""), public_key, seals.fingerprint(public_key), keys.name_of(public_key),
        facts["parts"],
    )
    now = file.digests(progress)
    differences = _differences(facts["parts"], now)
    state = INTACT
    if differences:
        whole = file.history_digest(facts["last_revision"]) == facts["parts"].get("revision")
        state = CONTINUED if whole and not file.unrecorded() else CHANGED
        if state == CHANGED:
            differences.append(tr("The history that was sealed is not all there any more, or rows were changed behind "
                                  "its back."))
    return Finding(state, found, tuple(differences), demanded in (None, public_key), len(texts))


def _differences(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    told = []
    for part in sorted({*sealed, *now}):
        was, is_now = sealed.get(part), now.get(part)
        if was == is_now:
            continue
        before, after = (was or {}).get("count", 0), (is_now or {}).get("count", 0)
        told.append(
            tr("{part}: {before} were sealed, {after} are there.", part=part, before=before, after=after)
            if before != after
            else tr("{part}: {count} as sealed, but not all say the same.", part=part, count=after)
        )
    return told
