"""What participants are written: facts, templates, and the way to a mail server (contract section 5)."""
