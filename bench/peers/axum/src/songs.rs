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
pub struct Song {
    id: i32,
    song: String,
    artist: String,
    year: Option<i32>,
    #[serde(serialize_with = "serialize_instant")]
    created_at: DateTime<Utc>,
}

impl From<Row> for Song {
    fn from(row: Row) -> Self {
        Self {
            id: row.get(0),
            song: row.get(1),
            artist: row.get(2),
            year: row.get(3),
            created_at: row.get(4),
        }
    }
}

#[derive(Serialize)]
pub struct SongEnvelope {
    data: Song,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SongCreate {
    song: Text<1, 200>,
    artist: Text<1, 200>,
    year: Option<i32>,
}

#[derive(Deserialize)]
pub struct SongQuery {
    song: Option<Text<1, 200>>,
    artist: Option<Text<1, 200>>,
    year: Option<i32>,
    #[serde(default)]
    limit: Limit,
}

pub async fn list(
    State(pool): State<Pool>,
    Query(query): Query<SongQuery>,
) -> Result<Json<Vec<Song>>, ApiError> {
    let mut statement = String::from("SELECT id, song, artist, year, created_at FROM songs");
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&query.limit.0];
    let mut filter = |column: &str, value| {
        values.push(value);
        let word = if values.len() == 2 { "WHERE" } else { "AND" };
        statement.push_str(&format!(" {word} {column} = ${}", values.len()));
    };
    if let Some(Text(song)) = &query.song {
        filter("song", song);
    }
    if let Some(Text(artist)) = &query.artist {
        filter("artist", artist);
    }
    if let Some(year) = &query.year {
        filter("year", year);
    }
    statement.push_str(" ORDER BY id LIMIT $1");
    let client = pool.get().await?;
    let prepared = client.prepare_cached(&statement).await?;
    let rows = client.query(&prepared, &values).await?;
    Ok(Json(rows.into_iter().map(Song::from).collect()))
}

pub async fn find(State(pool): State<Pool>, PathId(id): PathId) -> Result<Json<Song>, ApiError> {
    let client = pool.get().await?;
    let prepared =
        client.prepare_cached("SELECT id, song, artist, year, created_at FROM songs WHERE id = $1").await?;
    let row = client.query_opt(&prepared, &[&id]).await?;
    row.map(|row| Json(row.into())).ok_or(ApiError::not_found("Song not found"))
}

pub async fn create(
    State(pool): State<Pool>,
    Body(body): Body<SongCreate>,
) -> Result<impl IntoResponse, ApiError> {
    let client = pool.get().await?;
    let prepared = client
        .prepare_cached(
            "INSERT INTO songs (song, artist, year) VALUES ($1, $2, $3)
            ON CONFLICT (song, artist) DO NOTHING RETURNING id, song, artist, year, created_at",
        )
        .await?;
    let row = client.query_opt(&prepared, &[&body.song.0, &body.artist.0, &body.year]).await?;
    let data = Song::from(row.ok_or(ApiError::conflict("Song already exists"))?);
    let location = [(LOCATION, format!("/songs/{}", data.id))];
    Ok((StatusCode::CREATED, location, Json(SongEnvelope { data })))
}
