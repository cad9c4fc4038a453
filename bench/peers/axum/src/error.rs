use std::fmt::Display;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The response of an error.
pub struct ApiError {
    status: StatusCode,
    name: &'static str,
    message: &'static str,
}

impl ApiError {
    const fn new(status: StatusCode, name: &'static str, message: &'static str) -> Self {
        Self { status, name, message }
    }

    pub const fn not_found(message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFoundError", message)
    }

    pub const fn conflict(message: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, "ConflictError", message)
    }

    pub const fn invalid() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "ValidationError", "Request validation failed")
    }

    pub const fn malformed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestError", "The body is not valid JSON")
    }

    pub const fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeError", "The body is too large")
    }

    pub const fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaTypeError",
            "The body must be application/json",
        )
    }

    /// Logs the cause; the response does not reveal it.
    fn internal(error: impl Display) -> Self {
        eprintln!("{error}");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Internal server error")
    }
}

impl From<tokio_postgres::Error> for ApiError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::internal(format_args!("{error}: {:?}", std::error::Error::source(&error)))
    }
}

impl From<deadpool_postgres::PoolError> for ApiError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        Self::internal(error)
    }
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
    message: &'static str,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(Body { error: self.name, message: self.message })).into_response()
    }
}
