"""Who stands at the counter proves it: a card and a PIN, or a security key."""
