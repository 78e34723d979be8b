"""What one runs: ``pyinfra inventories/production.py deploys/backend.py``. A role file acts only on its role's hosts."""
