"""What a person can put right. Only the command line and the web layer catch these; each says what to do next.

CmoQaError
├── IndexMissingError      no index where one was looked for
├── IndexUnusableError     an index that is damaged, of another version, or half there
├── SourceError            a source that can't be read
├── NothingToIndexError    sources without any readable article
├── BusyError              another process is writing this index
├── ModelError             a model that is missing or not the one expected
├── SettingsError          an environment variable that can't be used
└── BadLineError           a line of questions that can't be read as one
"""

from __future__ import annotations


class CmoQaError(Exception):
    """Base of all errors whose message is meant for the person at the keyboard."""


class IndexMissingError(CmoQaError):
    """There is no index at that place."""


class IndexUnusableError(CmoQaError):
    """There is an index, and it can't be used as it is."""


class SourceError(CmoQaError):
    """A source can't be read."""


class NothingToIndexError(CmoQaError):
    """Not one readable article was found."""


class BusyError(CmoQaError):
    """Another process is writing this index."""


class ModelError(CmoQaError):
    """The embedding model is missing, damaged, or another than expected."""


class SettingsError(CmoQaError):
    """An environment variable holds what its setting can't be."""


class BadLineError(CmoQaError):
    """A line of questions that can't be read as one."""
