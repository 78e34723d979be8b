"""Roll out the api-db host: PostgreSQL, the API, and the life cycle that it drives."""

from deploys.modules import roll_out

roll_out("api_db")
