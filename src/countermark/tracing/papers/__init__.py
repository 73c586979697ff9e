"""Messages to other States on paper: typeset in six languages, with a code that leads back to the message."""
