"""The private folder: what of a site is nobody else's business, and goes over what is public."""

from wod.private.folder import Private

__all__ = ["Private"]
