//! The benchmark's contract on Axum and tokio-postgres. See ../README.md.

mod database;
mod error;
mod extract;
mod songs;
mod tasks;
mod values;

use std::env;
use std::error::Error;

use axum::extract::DefaultBodyLimit;
use axum::serve::ListenerExt;
use axum::{Json, Router, routing::get};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Enough for the longest task with every character escaped.
const BODY_LIMIT: usize = 32 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let workers = positive("WORKERS", 1)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()?;
    // Runs on the workers instead of the main thread.
    let served = runtime.spawn(async { serve().await.map_err(|error| error.to_string()) });
    Ok(runtime.block_on(served)??)
}

async fn serve() -> Result<(), Box<dyn Error + Send + Sync>> {
    let pool = database::connect(&env::var("DATABASE_URL")?, positive("POOL_MAX", 10)?)?;
    let router = Router::new()
        .route("/health", get(health))
        .route("/songs", get(songs::list).post(songs::create))
        .route("/songs/{id}", get(songs::find))
        .route("/tasks", get(tasks::list).post(tasks::create))
        .route("/tasks/{id}", get(tasks::find).put(tasks::replace).delete(tasks::delete))
        .fallback(async || error::ApiError::not_found("Not found"))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(pool);
    let address = (env::var("HOST")?, env::var("PORT")?.parse::<u16>()?);
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        // Sends small responses at once. If this fails, the connection is closed.
        let _ = stream.set_nodelay(true);
    });
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        served = async {
            axum::serve(listener, router)
                .with_graceful_shutdown(async move {
                    terminate.recv().await;
                })
                .await
        } => served?,
        // Open idle connections do not delay the shutdown.
        () = deadline_after_signal() => {}
    }
    Ok(())
}

async fn deadline_after_signal() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        }
        Err(_) => std::future::pending().await,
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// A positive integer from the environment.
fn positive(name: &str, otherwise: usize) -> Result<usize, String> {
    match env::var(name) {
        Err(_) => Ok(otherwise),
        Ok(text) => match text.parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("{name} must be a positive integer")),
        },
    }
}
