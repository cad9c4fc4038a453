from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from app.database import fetch
from app.models import Id, Task, TaskCreate, TaskQuery

tasks = Blueprint("tasks", __name__, url_prefix="/tasks")

COLUMNS = "id, title, description, done, created_at, updated_at"


@tasks.get("")
def list_tasks() -> ResponseReturnValue:
    query = TaskQuery.model_validate(request.args.to_dict()).model_dump(exclude_none=True)
    where = "WHERE done = %(done)s" if "done" in query else ""
    return jsonify(fetch(Task, f"SELECT {COLUMNS} FROM tasks {where} ORDER BY id LIMIT %(limit)s", query))


@tasks.post("")
def create_task() -> ResponseReturnValue:
    body = TaskCreate.model_validate(request.get_json())
    [created] = fetch(
        Task,
        f"""INSERT INTO tasks (title, description, done) VALUES (%(title)s, %(description)s, %(done)s)
            RETURNING {COLUMNS}""",
        body.model_dump(),
    )
    return jsonify(created), 201, {"Location": f"/tasks/{created.id}"}


@tasks.get("/<id>")
def get_task(id: str) -> ResponseReturnValue:
    return jsonify(
        only(fetch(Task, f"SELECT {COLUMNS} FROM tasks WHERE id = %(id)s", {"id": Id.validate_python(id)}))
    )


@tasks.put("/<id>")
def replace_task(id: str) -> ResponseReturnValue:
    key = Id.validate_python(id)
    body = TaskCreate.model_validate(request.get_json())
    replaced = fetch(
        Task,
        f"""UPDATE tasks SET title = %(title)s, description = %(description)s, done = %(done)s, updated_at = now(),
                version = gen_random_uuid()
            WHERE id = %(id)s RETURNING {COLUMNS}""",
        {"id": key, **body.model_dump()},
    )
    return jsonify(only(replaced))


@tasks.delete("/<id>")
def delete_task(id: str) -> ResponseReturnValue:
    key = Id.validate_python(id)
    only(fetch(Task, f"DELETE FROM tasks WHERE id = %(id)s RETURNING {COLUMNS}", {"id": key}))
    return "", 204


def only(found: list[Task]) -> Task:
    if not found:
        abort(404, "Task not found")
    return found[0]
