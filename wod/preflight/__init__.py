"""Whether a host can become what it is to be: looked at before anything on it is changed."""
