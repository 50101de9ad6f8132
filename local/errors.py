"""What can keep the private servers from running, in sentences that tell a person what to do."""


class CannotRunError(Exception):
    """The machine or its state does not allow going on; the message says why and what helps."""
