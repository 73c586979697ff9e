"""What the code on a sheet says: `CM1/<request>/<side>/<number>/<SHA-256 of the message>`. Pure."""

PREFIX = "CM1"


def written(conversation: str, side: str, number: int, digest: str) -> str:
    """The reference of one message; `digest` is lower-case hex."""
    return "/".join([PREFIX, conversation, side, str(number), digest])


def request_of(text: str) -> str:
    """The request that a scanned or typed reference belongs to; empty where it is no reference."""
    parts = text.strip().split("/")
    return parts[1] if len(parts) == 5 and parts[0] == PREFIX else ""
