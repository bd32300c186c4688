"""Errors that a person can mend; each message says what to do."""


class OpineError(Exception):
    """Base of all errors that are told to a person as a sentence."""


class NotFound(OpineError, LookupError):
    """What was asked for is not there, or belongs to somebody else."""


class Conflict(OpineError, ValueError):
    """The request contradicts what is stored."""


class StoreError(OpineError):
    """The database could not do it; nothing was written."""


class StoreBusy(StoreError):
    """The database is locked, overloaded or out of reach: trying again may help."""


class StoreFull(StoreError):
    """The disk of the database is full."""


class StoreInUse(StoreError):
    """Another process has this SQLite file open."""


class SchemaError(StoreError):
    """The tables are not those that this version of Opine needs."""
