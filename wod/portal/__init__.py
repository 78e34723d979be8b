"""The participants' web pages: made on the control node as plain files, served by nginx (module *frontend*)."""

from wod.portal.routes import ROUTES, Route, find
from wod.portal.site import build
from wod.portal.values import Listed, Portal

__all__ = ["ROUTES", "Listed", "Portal", "Route", "build", "find"]
