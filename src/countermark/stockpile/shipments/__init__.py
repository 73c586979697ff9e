"""Transfers between sites: a manifest by serial, dispatch, hand-overs on the way, arrival checked in full; shortage and surplus are outcomes."""
