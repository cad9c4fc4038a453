from typing import TypeVar

from psycopg import Connection
from psycopg.rows import class_row
from psycopg_pool import ConnectionPool
from pydantic import BaseModel

from app.settings import DATABASE_URL, POOL_SIZE

# Each worker opens its own pool, which grows with its concurrent threads: one in a synchronous worker.
pool: ConnectionPool[Connection] = ConnectionPool(
    DATABASE_URL,
    min_size=1,
    max_size=POOL_SIZE,
    open=False,
    # Each request is one statement and therefore one transaction.
    kwargs={"autocommit": True, "prepare_threshold": 0},
)

Row = TypeVar("Row", bound=BaseModel)


def fetch(model: type[Row], query: str, values: dict[str, object]) -> list[Row]:
    with pool.connection() as connection, connection.cursor(row_factory=class_row(model)) as cursor:
        return cursor.execute(query, values).fetchall()
