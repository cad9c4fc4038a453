"""The settings from the environment."""

import os

DATABASE_URL = os.environ["DATABASE_URL"]

# Each process has its own pool; all together have at most POOL_MAX connections.
POOL_SIZE = int(os.environ.get("POOL_MAX", "10")) // int(os.environ.get("WORKERS", "1"))
if POOL_SIZE < 1:
    raise ValueError("POOL_MAX must allow at least one connection for each of the WORKERS.")
