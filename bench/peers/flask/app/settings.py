"""What the environment says."""

import os

DATABASE_URL = os.environ["DATABASE_URL"]
WORKERS = int(os.environ.get("WORKERS", "1"))

# Each process has a pool of its own; together they stay within POOL_MAX.
POOL_SIZE = int(os.environ.get("POOL_MAX", "10")) // WORKERS
if POOL_SIZE < 1:
    raise ValueError("POOL_MAX gives each of the WORKERS less than one connection.")
