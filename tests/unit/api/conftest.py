from tests.unit.api.postgres import cluster, database_url

__all__ = ["cluster", "database_url"]
