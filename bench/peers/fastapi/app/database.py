from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

import asyncpg
from fastapi import Depends, FastAPI, Request

from app.settings import DATABASE_URL, POOL_SIZE


class State(TypedDict):
    pool: asyncpg.Pool


async def keep_session(connection: asyncpg.Connection) -> None:
    """No statement changes the session: asyncpg's default reset would be one more query per request."""


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[State]:
    async with asyncpg.create_pool(
        DATABASE_URL, min_size=POOL_SIZE, max_size=POOL_SIZE, reset=keep_session
    ) as pool:
        yield {"pool": pool}


# FastAPI runs a dependency that is not a coroutine in a thread.
async def get_pool(request: Request) -> asyncpg.Pool:
    return request.state.pool


Pool = Annotated[asyncpg.Pool, Depends(get_pool)]
