"""The schema's history. Run by :mod:`wod.api.database`; each revision is plain SQL, so that it never changes later."""
