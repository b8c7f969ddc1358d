"""The packages that a report is made with."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["PACKAGES", "package_version"]

PACKAGES = (
    "click",
    "fonttools",
    "jinja2",
    "matplotlib",
    "numpy",
    "pandas",
    "pillow",
    "pydantic",
    "python-docx",
    "rich",
    "scipy",
    "statsmodels",
)


def package_version(package: str) -> str:
    """Give the version of a package, in words where it is not installed.

    Examples
    --------
    >>> package_version("no such package")
    'not installed'
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
