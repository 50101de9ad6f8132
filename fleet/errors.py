"""Named refusals: what a person may ask wrongly, each with a stable code and parameters.

The interface turns a code into a sentence (zh, en); a caller of the API can rely on the code. What a device sends
wrong never becomes an exception of this kind: it is kept in quarantine with a reason.
"""

from typing import ClassVar


class Refusal(Exception):
    """An expected refusal. `params` are JSON values that fill the sentence of `code`; `status` is its HTTP status."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, **params: object) -> None:
        super().__init__(f"{self.code} {params}" if params else self.code)
        self.params = params


class NotFound(Refusal):
    """The thing does not exist for this person: absent and hidden look the same."""

    code = "not_found"
    status = 404


class Forbidden(Refusal):
    """The person sees the thing but may not do this with it. Params: action, object."""

    code = "forbidden"
    status = 403


class Stale(Refusal):
    """Somebody changed the row since it was read. Params: yours, current (row versions)."""

    code = "stale"
    status = 409


class Conflict(Refusal):
    """The change contradicts what is stored. Params: what."""

    code = "conflict"
    status = 409


class Taken(Refusal):
    """A name, code or plate is in use. Params: field, value."""

    code = "taken"
    status = 409


class Invalid(Refusal):
    """A value cannot be accepted. Params: field, reason."""

    code = "invalid"
    status = 422


class WrongState(Refusal):
    """The life cycle has no such step from here. Params: state, action, allowed."""

    code = "wrong_state"
    status = 409


class SameHands(Refusal):
    """Separation of duties: the same person may not do both steps. Params: first, second."""

    code = "same_hands"
    status = 403


class PurposeRequired(Refusal):
    """A track, or where vehicles are, is shown only for a stated purpose. Params: minimum_length."""

    code = "purpose_required"
    status = 422


class WrongPassword(Refusal):
    """Login or old password is wrong; never says which part."""

    code = "wrong_password"
    status = 401


class WrongOldPassword(Refusal):
    """Who changes the own password has not given the one that holds now."""

    code = "wrong_old_password"
    status = 422


class WeakPassword(Refusal):
    """The new password does not meet the policy. Params: minimum_length."""

    code = "weak_password"
    status = 422


class TooMany(Refusal):
    """Too often in too short a time. Params: retry_after_s."""

    code = "too_many"
    status = 429


class NotConfigured(Exception):
    """A program cannot run because a setting is missing or wrong; the sentence names the setting."""
