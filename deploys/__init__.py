"""What one runs: ``pyinfra inventories/production.py deploys/backend.py``; a role file acts on its role's hosts."""
