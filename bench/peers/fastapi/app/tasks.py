from fastapi import APIRouter, Response

from app.database import Pool
from app.errors import not_found
from app.json_route import JsonRoute
from app.models import Task, TaskCreate
from app.parameters import Id, Limit

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=JsonRoute)

COLUMNS = "id, title, description, done, created_at, updated_at"


@router.get("")
async def list_tasks(pool: Pool, done: bool | None = None, limit: Limit = 20) -> list[Task]:
    if done is None:
        rows = await pool.fetch(f"SELECT {COLUMNS} FROM tasks ORDER BY id LIMIT $1", limit)
    else:
        rows = await pool.fetch(
            f"SELECT {COLUMNS} FROM tasks WHERE done = $2 ORDER BY id LIMIT $1", limit, done
        )
    return [Task(**row) for row in rows]


@router.get("/{id}")
async def get_task(id: Id, pool: Pool) -> Task:
    row = await pool.fetchrow(f"SELECT {COLUMNS} FROM tasks WHERE id = $1", id)
    if row is None:
        raise not_found("Task")
    return Task(**row)


@router.post("", status_code=201)
async def create_task(body: TaskCreate, response: Response, pool: Pool) -> Task:
    row = await pool.fetchrow(
        f"INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3) RETURNING {COLUMNS}",
        body.title,
        body.description,
        body.done,
    )
    response.headers["Location"] = f"/tasks/{row['id']}"
    return Task(**row)


@router.put("/{id}")
async def replace_task(id: Id, body: TaskCreate, pool: Pool) -> Task:
    row = await pool.fetchrow(
        f"""UPDATE tasks SET title = $2, description = $3, done = $4, updated_at = now(), version = gen_random_uuid()
            WHERE id = $1 RETURNING {COLUMNS}""",
        id,
        body.title,
        body.description,
        body.done,
    )
    if row is None:
        raise not_found("Task")
    return Task(**row)


@router.delete("/{id}", status_code=204)
async def delete_task(id: Id, pool: Pool) -> None:
    if await pool.fetchval("DELETE FROM tasks WHERE id = $1 RETURNING id", id) is None:
        raise not_found("Task")
