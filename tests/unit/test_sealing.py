"""Seals: what they vouch for, what they notice, and whose they are."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as how
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from surveyapp.app import run
from surveyapp.errors import BadInput, Refused
from surveyapp.exchange import seal as seals
from surveyapp.services.merging import merge
from surveyapp.services.recording import add_sighting, assigned, edit_record, new_survey
from surveyapp.services.sealing import BROKEN, CHANGED, CONTINUED, INTACT, NONE, Finding, Keys, seal, verify
from surveyapp.services.session import Session
from surveyapp.storage.gpkg import SurveyFile
from tests.helpers.surveys import fork, sql

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    path = tmp_path / "swat.gpkg"
    with new_survey(path, "Swat", team="A", surveyor="Gul", organisation="GSP") as session:
        for at, gem in (("34.77N 72.36E", "emerald"), ("34.78N 72.37E", "topaz")):
            add_sighting(session, assigned("sighting", {"gem": gem, "at": at, "notes": "زمرد"}))
    return path


def sealed(path: Path) -> Finding:
    with Session.open(path) as session:
        return seal(session, KEY)


def found(path: Path, **how: object) -> Finding:
    with SurveyFile.open(path, read_only=True) as file:
        return verify(file, **how)  # type: ignore[arg-type]


def test_a_file_is_as_it_was_sealed_whatever_the_disk_does_with_it(survey: Path) -> None:
    assert found(survey).state == NONE and not found(survey).holds
    assert sealed(survey).holds
    sql(survey, "VACUUM")
    sql(survey, "UPDATE gpkg_contents SET last_change = '2031-01-01T00:00:00.000Z'")
    sql(survey, "DELETE FROM layer_styles")
    finding = found(survey)
    assert finding.holds and finding.state == INTACT and finding.seal is not None
    assert (finding.seal.by, finding.seal.organisation) == ("Gul", "GSP")
    assert finding.seal.fingerprint == seals.fingerprint(seals.public_text(KEY))
    with SurveyFile.open(survey, read_only=True) as file:
        assert file.integrity() == []


def test_more_work_upon_what_was_sealed_is_told_apart_from_tampering(survey: Path) -> None:
    sealed(survey)
    with Session.open(survey) as session:
        record = next(session.file.records("sighting"))
        edit_record(session, record, {"notes": "again"})
    finding = found(survey)
    assert finding.state == CONTINUED and not finding.holds
    assert any(line.startswith("sighting: 2 as sealed") for line in finding.differences)
    assert sealed(survey).holds and found(survey).seals == 2


@pytest.mark.parametrize(
    "tampering",
    [
        "DELETE FROM revision WHERE id = 2",
        "UPDATE revision SET author = 'someone else' WHERE id = 2",
        "UPDATE revision SET at = '2020-01-01T00:00:00.000Z' WHERE id = 3",
        "UPDATE revision SET body = json_set(body, '$.gem', 'ruby') WHERE id = 2",
    ],
)
def test_a_changed_history_is_noticed(survey: Path, tampering: str) -> None:
    sealed(survey)
    for (trigger,) in sql(survey, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'revision'"):
        sql(survey, f'DROP TRIGGER "{trigger}"')
    sql(survey, tampering)
    assert found(survey).state == CHANGED


def test_rows_changed_behind_the_history_are_noticed(survey: Path) -> None:
    sealed(survey)
    for (trigger,) in sql(survey, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'sighting'"):
        sql(survey, f'DROP TRIGGER "{trigger}"')
    sql(survey, "UPDATE sighting SET gem = 'ruby' WHERE gem = 'topaz'")
    assert found(survey).state == CHANGED


def test_a_photo_of_other_bytes_is_noticed(survey: Path, tmp_path: Path) -> None:
    from PIL import Image

    from surveyapp.services.recording import attach_photos

    Image.new("RGB", (8, 8), "#114411").save(tmp_path / "a.jpg")
    with Session.open(survey) as session:
        attach_photos(session, next(session.file.records("sighting")).uuid, [tmp_path / "a.jpg"])
    sealed(survey)
    for (trigger,) in sql(survey, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'photo'"):
        sql(survey, f'DROP TRIGGER "{trigger}"')
    sql(survey, "UPDATE photo SET data = x'ffd8ff'")
    assert any(line.startswith("photo bytes") for line in found(survey).differences)


def test_a_seal_that_was_edited_says_nothing(survey: Path) -> None:
    sealed(survey)
    (text,) = [row[0] for row in sql(survey, "SELECT metadata FROM gpkg_metadata WHERE md_standard_uri LIKE '%seal%'")]
    for forged in (text.replace("Gul", "Director"), text[:-20], "{}", "[]", "null",
                   json.dumps({**json.loads(text), "public_key": seals.public_text(Ed25519PrivateKey.generate())})):
        quoted = forged.replace("'", "''")
        sql(survey, f"UPDATE gpkg_metadata SET metadata = '{quoted}' WHERE md_standard_uri LIKE '%seal%'")
        finding = found(survey)
        assert finding.state == BROKEN and not finding.holds and finding.seal is None


def test_a_damaged_survey_is_not_sealed(survey: Path) -> None:
    for (trigger,) in sql(survey, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'sighting'"):
        sql(survey, f'DROP TRIGGER "{trigger}"')
    with Session.open(survey) as session:
        session.file._connection.execute("PRAGMA trusted_schema = ON")
        for (trigger,) in session.file._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'sighting'"
        ).fetchall():
            session.file._connection.execute(f'DROP TRIGGER "{trigger}"')
        session.file._connection.execute("UPDATE sighting SET gem = 'ruby'")
        with pytest.raises(Refused, match="cannot be sealed"):
            seal(session, KEY)


def test_merging_a_sealed_package_leaves_it_alone_and_seals_nothing(survey: Path, tmp_path: Path) -> None:
    sealed(survey)
    other = fork(survey, "other.gpkg")
    with Session.open(other) as session:
        add_sighting(session, assigned("sighting", {"gem": "ruby", "at": "36.3N 74.6E"}))
    before = survey.read_bytes()
    merge(tmp_path / "all.gpkg", [survey, other], author="office")
    assert survey.read_bytes() == before
    assert not found(tmp_path / "all.gpkg").holds


def test_keys_are_made_kept_and_known(tmp_path: Path, survey: Path) -> None:
    keys = Keys(tmp_path / "keys")
    own = keys.own()
    path = tmp_path / "keys" / "seal.pem"
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert seals.public_text(keys.own()) == seals.public_text(own)
    assert seals.read_public(tmp_path / "keys" / "seal.pub.pem") == seals.public_text(own)
    with Session.open(survey) as session:
        seal(session, own)
    assert "own key" in found(survey, keys=keys).seal.known_as  # type: ignore[union-attr]
    stranger = Keys(tmp_path / "elsewhere")
    assert found(survey, keys=stranger).seal.known_as == ""  # type: ignore[union-attr]
    stranger.remember(seals.public_text(own), "Swat office, دفتر")
    assert found(survey, keys=stranger).seal.known_as == "Swat office, دفتر"  # type: ignore[union-attr]
    assert not found(survey, demanded=seals.public_text(KEY)).holds
    with pytest.raises(Refused, match="never overwritten"):
        seals.make_key(path)


def test_what_is_no_key_is_said_in_a_sentence(tmp_path: Path) -> None:
    other = generate_private_key(65537, 2048).private_bytes(how.Encoding.PEM, how.PrivateFormat.PKCS8,
                                                            how.NoEncryption())
    locked = KEY.private_bytes(how.Encoding.PEM, how.PrivateFormat.PKCS8, how.BestAvailableEncryption(b"zamurrud"))
    path = tmp_path / "key.pem"
    for data, told in ((b"nonsense", "no private key"), (b"", "no private key"), (other, "another kind"),
                       (locked, "locked"), (b"x" * 200_000, "far too long")):
        path.write_bytes(data)
        with pytest.raises(BadInput, match=told):
            seals.read_key(path)
    path.write_bytes(locked)
    assert seals.public_text(seals.read_key(path, lambda: "zamurrud")) == seals.public_text(KEY)
    with pytest.raises(BadInput, match="no private key"):
        seals.read_key(path, lambda: "wrong")
    with pytest.raises(BadInput, match="There is no key"):
        seals.read_key(tmp_path / "none.pem")
    path.write_bytes(KEY.private_bytes(how.Encoding.PEM, how.PrivateFormat.OpenSSH, how.NoEncryption()))
    assert seals.public_text(seals.read_key(path)) == seals.public_text(KEY)


def test_the_commands(survey: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(survey)]) == 1
    assert "no seal" in capsys.readouterr().out
    assert run(["seal", str(survey), "--key", str(tmp_path / "none.pem")]) == 2
    assert capsys.readouterr().err.startswith("error: There is no key")
    assert run(["seal", str(survey), "--new-key", str(tmp_path / "office.pem")]) == 0
    capsys.readouterr()
    assert run(["verify", str(survey), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == INTACT
    assert run(["seal", str(survey), "--key", str(tmp_path / "office.pem")]) == 0
    assert run(["verify", str(survey), "--key", str(tmp_path / "office.pub.pem"), "--remember", "Swat office"]) == 0
    assert "known here as Swat office" in capsys.readouterr().out
    assert run(["seal", str(survey)]) == 0  # this computer's own key
    assert run(["verify", str(survey)]) == 0
    assert run(["verify", str(survey), "--key", str(tmp_path / "office.pub.pem")]) == 1
    assert "another key" in capsys.readouterr().out
    assert run(["edit", str(survey), next(iter(_uuids(survey))), "--set", "notes=later"]) == 0
    assert run(["verify", str(survey)]) == 1
    assert "work went on since" in capsys.readouterr().out
    (tmp_path / "plain.txt").write_text("no survey")
    assert run(["verify", str(tmp_path / "plain.txt")]) == 2
    assert run(["seal", str(tmp_path / "gone.gpkg")]) == 2


def _uuids(path: Path) -> list[str]:
    with SurveyFile.open(path, read_only=True) as file:
        return [record.uuid for record in file.records("sighting")]
