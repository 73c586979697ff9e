"""Papers that go with weapons: hand receipts, manifests, certificates of destruction; typeset from what the register says, in the reader's language."""
