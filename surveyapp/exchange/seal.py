"""A seal: what a file held, who vouched for it and when, signed by Ed25519 (RFC 8032).

The signature shows that nobody changed the file or the seal since. Who holds the key is not in the mathematics: a
computer has to know it (:mod:`surveyapp.services.sealing`), and people have to tell each other its fingerprint.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveyapp.errors import BadFile, BadInput, Refused
from surveyapp.words import tr

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = 1

Passphrase = Callable[[], str | None]
"""Asked for the words that a key is locked with; ``None``: nobody can be asked."""


def canonical(told: Mapping[str, Any]) -> bytes:
    """The bytes that are signed: keys sorted, no spaces, UTF-8."""
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def signed(facts: Mapping[str, Any], key: Ed25519PrivateKey) -> str:
    """The seal of these facts as JSON text."""
    told = {"surveyapp_seal": FORMAT, **facts, "public_key": public_text(key)}
    signature = base64.b64encode(key.sign(canonical(told))).decode()
    return json.dumps({**told, "signature": signature}, ensure_ascii=False, indent=1)


def facts_of(text: str) -> dict[str, Any]:
    """The facts of a seal whose signature holds; raises ``BadFile`` where it does not, or where it is no seal."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    broken = BadFile(tr("The seal in the file was changed; trust nothing that it says."))
    try:
        told = json.loads(text)
        if told["surveyapp_seal"] > FORMAT:
            raise BadFile(tr("The seal was made by a newer SurveyApp; install the newer program to verify it."))
        signature = base64.b64decode(told.pop("signature"), validate=True)
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"], validate=True))
        public.verify(signature, canonical(told))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, InvalidSignature):
        raise broken from None
    if not isinstance(told.get("parts"), dict) or not isinstance(told.get("last_revision"), int):
        raise broken
    return dict(told)


def fingerprint(public_key: str) -> str:
    """Of a public key in base64, short enough to read out over a telephone."""
    name = hashlib.sha256(base64.b64decode(public_key)).hexdigest()[:24].upper()
    return " ".join(name[i : i + 4] for i in range(0, len(name), 4))


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half of a key, in base64."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


# --- keys as files -----------------------------------------------------------------------------------


def read_key(path: Path, passphrase: Passphrase | None = None) -> Ed25519PrivateKey:
    """An Ed25519 private key from a PEM file (PKCS 8, or as OpenSSH writes them), locked with a passphrase or not."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    data = _bytes_of(path)
    load: Callable[..., Any] = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        try:
            key = load(data, None)
        except TypeError:  # it is locked
            words = passphrase() if passphrase else None
            if words is None:
                raise BadInput(tr("The key {path} is locked; give its passphrase.", path=path)) from None
            key = load(data, words.encode())
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - cryptography raises many kinds for a file that is no key
        raise BadInput(
            tr("{path} is no private key that can be read ({error}); give a PEM file with an Ed25519 key.",
               path=path, error=str(error).partition("\n")[0].rstrip(".") or type(error).__name__)
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(tr("The key {path} is of another kind; seals are made with Ed25519 keys.", path=path))
    return key


def read_public(path: Path) -> str:
    """A public key in base64, from a PEM file with the public or the private half, or from one with its base64."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    data = _bytes_of(path)
    if b"PRIVATE KEY" in data:
        return public_text(read_key(path))
    try:
        found = load_pem_public_key(data)
        if isinstance(found, Ed25519PublicKey):
            return base64.b64encode(found.public_bytes_raw()).decode()
    except ValueError:
        pass  # not PEM; it may be the base64 that a seal shows
    try:
        raw = base64.b64decode(data.strip(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != 32:
        raise BadInput(tr("{path} is no public key; give a PEM file with an Ed25519 key.", path=path))
    return base64.b64encode(raw).decode()


def make_key(path: Path) -> Ed25519PrivateKey:
    """A new key in a file that only its owner may read, and its public half beside it (``.pub.pem``)."""
    from cryptography.hazmat.primitives import serialization as how
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(how.Encoding.PEM, how.PrivateFormat.PKCS8, how.NoEncryption())
    public = key.public_key().public_bytes(how.Encoding.PEM, how.PublicFormat.SubjectPublicKeyInfo)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".pub.pem").write_bytes(public)
    except FileExistsError:
        raise Refused(tr("{path} exists already; a key is never overwritten.", path=path)) from None
    except OSError as error:
        raise BadFile(tr("{path} cannot be written ({reason}); choose another place.", path=path,
                         reason=error.strerror)) from None
    return key


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > 100_000:
            raise BadInput(tr("{path} is no key; it is far too long.", path=path))
        return path.read_bytes()
    except FileNotFoundError:
        raise BadInput(tr("There is no key {path}; make one with --new-key.", path=path)) from None
    except OSError as error:
        raise BadFile(tr("{path} cannot be read ({reason}).", path=path, reason=error.strerror)) from None
