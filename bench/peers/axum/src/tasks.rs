use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header::LOCATION};
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::error::ApiError;
use crate::extract::{Body, PathId, Query};
use crate::values::{Limit, Text, serialize_instant};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Task {
    id: i32,
    title: String,
    description: String,
    done: bool,
    #[serde(serialize_with = "serialize_instant")]
    created_at: DateTime<Utc>,
    #[serde(serialize_with = "serialize_instant")]
    updated_at: DateTime<Utc>,
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self {
            id: row.get(0),
            title: row.get(1),
            description: row.get(2),
            done: row.get(3),
            created_at: row.get(4),
            updated_at: row.get(5),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCreate {
    title: Text<1, 200>,
    #[serde(default)]
    description: Text<0, 2000>,
    #[serde(default)]
    done: bool,
}

#[derive(Deserialize)]
pub struct TaskQuery {
    done: Option<bool>,
    #[serde(default)]
    limit: Limit,
}

const NOT_FOUND: ApiError = ApiError::not_found("Task not found");

pub async fn list(
    State(pool): State<Pool>,
    Query(query): Query<TaskQuery>,
) -> Result<Json<Vec<Task>>, ApiError> {
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&query.limit.0];
    let statement = match &query.done {
        None => "SELECT id, title, description, done, created_at, updated_at FROM tasks ORDER BY id LIMIT $1",
        Some(done) => {
            values.push(done);
            "SELECT id, title, description, done, created_at, updated_at FROM tasks
            WHERE done = $2 ORDER BY id LIMIT $1"
        }
    };
    let client = pool.get().await?;
    let prepared = client.prepare_cached(statement).await?;
    let rows = client.query(&prepared, &values).await?;
    Ok(Json(rows.into_iter().map(Task::from).collect()))
}

pub async fn find(State(pool): State<Pool>, PathId(id): PathId) -> Result<Json<Task>, ApiError> {
    let client = pool.get().await?;
    let prepared = client
        .prepare_cached(
            "SELECT id, title, description, done, created_at, updated_at FROM tasks WHERE id = $1",
        )
        .await?;
    let row = client.query_opt(&prepared, &[&id]).await?;
    row.map(|row| Json(row.into())).ok_or(NOT_FOUND)
}

pub async fn create(
    State(pool): State<Pool>,
    Body(body): Body<TaskCreate>,
) -> Result<impl IntoResponse, ApiError> {
    let client = pool.get().await?;
    let prepared = client
        .prepare_cached(
            "INSERT INTO tasks (title, description, done) VALUES ($1, $2, $3)
            RETURNING id, title, description, done, created_at, updated_at",
        )
        .await?;
    let task =
        Task::from(client.query_one(&prepared, &[&body.title.0, &body.description.0, &body.done]).await?);
    Ok((StatusCode::CREATED, [(LOCATION, format!("/tasks/{}", task.id))], Json(task)))
}

pub async fn replace(
    State(pool): State<Pool>,
    PathId(id): PathId,
    Body(body): Body<TaskCreate>,
) -> Result<Json<Task>, ApiError> {
    let client = pool.get().await?;
    let prepared = client
        .prepare_cached(
            "UPDATE tasks SET title = $2, description = $3, done = $4,
                updated_at = now(), version = gen_random_uuid()
            WHERE id = $1 RETURNING id, title, description, done, created_at, updated_at",
        )
        .await?;
    let row = client.query_opt(&prepared, &[&id, &body.title.0, &body.description.0, &body.done]).await?;
    row.map(|row| Json(row.into())).ok_or(NOT_FOUND)
}

pub async fn delete(State(pool): State<Pool>, PathId(id): PathId) -> Result<StatusCode, ApiError> {
    let client = pool.get().await?;
    let prepared = client.prepare_cached("DELETE FROM tasks WHERE id = $1").await?;
    match client.execute(&prepared, &[&id]).await? {
        0 => Err(NOT_FOUND),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}
