"""``wod install``: what the original's ``install.sh`` does, by its flags: a machine, or a whole platform over SSH.

:mod:`flags` and :mod:`order` say what is wanted, :mod:`platform` what an inventory then holds; both are pure.
"""
