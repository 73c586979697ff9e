"""A security key in software for the tests: what a browser would hand on, made and signed here (WebAuthn level 2, ES256)."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

ORIGIN = "http://testserver"
FLAG = AuthenticatorData.FLAG


@dataclass
class SoftKey:
    """One credential. `verified` is whether it says that its owner was verified, `counts` whether its counter goes up."""

    origin: str = ORIGIN
    verified: bool = True
    counter: int = 0
    counts: bool = True
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def create(self, options: dict[str, Any]) -> str:
        """The answer to options for registering, as JSON."""
        asked = options["publicKey"]
        public: Any = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]
        credential = AttestedCredentialData.create(b"\0" * 16, self.credential_id, public)
        data = AuthenticatorData.create(self._rp(asked["rp"]["id"]), self._flags() | FLAG.AT, self.counter, credential)
        made = AttestationObject.create("none", data, {})
        client = self._client("webauthn.create", asked["challenge"])
        return self._answer(
            {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(bytes(made))}
        )

    def get(self, options: dict[str, Any]) -> str:
        """The answer to options for signing, as JSON."""
        asked = options["publicKey"]
        self.counter += self.counts
        data = bytes(AuthenticatorData.create(self._rp(asked["rpId"]), self._flags(), self.counter))
        client = self._client("webauthn.get", asked["challenge"])
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: websafe_encode(part) for name, part in parts.items()})

    def _flags(self) -> AuthenticatorData.FLAG:
        return FLAG.UP | FLAG.UV if self.verified else FLAG.UP

    def _rp(self, name: str) -> bytes:
        return hashlib.sha256(name.encode()).digest()

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        name = websafe_encode(self.credential_id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
        )
