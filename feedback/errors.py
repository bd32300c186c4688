"""Errors that a person can mend; each message says what to do."""


class OpineError(Exception):
    """Base of all errors that are told to a person as a sentence."""


class NotFound(OpineError, LookupError):
    """What was asked for is not there, or belongs to somebody else."""


class Conflict(OpineError, ValueError):
    """The request contradicts what is stored."""
