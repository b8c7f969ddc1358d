"""Errors that tell what to do.

::

    MetaanError
    ├── InputError        a value that cannot be used: names it and the cure   (exit 1)
    │   ├── ReviewError   faults found in a review's data                      (exit 1)
    │   └── RequestError  a command line that asks for what cannot be had      (exit 2)
    ├── PlanError         a wrong review.toml                                  (exit 2)
    ├── OutputError       a folder that cannot, or must not, be written to     (exit 2)
    └── CannotDraw        a figure whose data do not carry it
"""


class MetaanError(Exception):
    """Root of every error that metaan raises on purpose."""


class InputError(MetaanError, ValueError):
    """A value that cannot be used; the message names the value and the cure."""


class ReviewError(InputError):
    """Faults in a review's data; the message lists them."""


class RequestError(InputError):
    """A command line that asks for what cannot be had; the message names what is there instead."""


class PlanError(MetaanError):
    """A `review.toml` that cannot be followed; the message lists what is wrong with it."""


class OutputError(MetaanError):
    """A folder that cannot, or must not, be written to; the message names it and the cure."""


class CannotDraw(MetaanError):  # noqa: N818 - it reads as the sentence it is
    """A figure that its data do not carry; the message is the reason, fit to print."""
