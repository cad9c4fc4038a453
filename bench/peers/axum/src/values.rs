//! The types of requests and responses: all their values are valid according to the contract.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serializer};

/// Text of MIN to MAX characters without U+0000, which PostgreSQL cannot store.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(pub String);

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let length = text.chars().count();
        if length < MIN || length > MAX {
            Err(format!("text must have {MIN} to {MAX} characters"))
        } else if text.contains('\0') {
            Err("text must not contain U+0000".to_owned())
        } else {
            Ok(Self(text))
        }
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

/// A positive integer.
#[derive(Deserialize)]
#[serde(try_from = "i32")]
pub struct Id(pub i32);

impl TryFrom<i32> for Id {
    type Error = &'static str;

    fn try_from(id: i32) -> Result<Self, Self::Error> {
        if id > 0 { Ok(Self(id)) } else { Err("ids are positive") }
    }
}

/// The maximum length of a list.
#[derive(Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(pub i64);

impl TryFrom<i64> for Limit {
    type Error = &'static str;

    fn try_from(limit: i64) -> Result<Self, Self::Error> {
        if (1..=100).contains(&limit) { Ok(Self(limit)) } else { Err("a limit is from 1 to 100") }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(20)
    }
}

/// RFC 3339 in UTC, with milliseconds.
pub fn serialize_instant<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&instant.to_rfc3339_opts(SecondsFormat::Millis, true))
}
