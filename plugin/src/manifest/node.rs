//! In: YAML text. Out: a tree of values that know their line and column.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_saphyr::Spanned;

use super::error::Position;
use crate::shown::shown;

/// The largest integer that JavaScript holds exactly, `Number.MAX_SAFE_INTEGER`.
pub(super) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// One YAML value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) at: Position,
}

/// What a YAML value is. Mappings keep the order of the file.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Scalar(Value),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// The value without its positions.
    pub(super) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Map(entries) => {
                entries.iter().map(|(key, node)| (key.value.clone(), node.to_json())).collect::<Value>()
            }
        }
    }

    /// Whether the value is empty.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Scalar(Value::Null))
    }

    /// Where the value at `path` stands, or what there is of the way to it.
    pub(super) fn position(&self, path: &[String]) -> Position {
        let entry = path.split_first().and_then(|(first, inner)| match &self.kind {
            Kind::Map(entries) => Some((&entries.iter().find(|(key, _)| key.value == *first)?.1, inner)),
            Kind::Scalar(_) | Kind::List(_) => None,
        });
        entry.map_or(self.at, |(node, inner)| node.position(inner))
    }

    /// The integers in it that a 64-bit float cannot hold (RFC 8785 writes every
    /// number as one, and JavaScript reads it so).
    pub(super) fn inexact(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::Scalar(Value::Number(number)) => {
                let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
                if size.is_some_and(|size| size > MAX_INTEGER) { vec![self] } else { Vec::new() }
            }
            Kind::Scalar(_) => Vec::new(),
            Kind::List(items) => items.iter().flat_map(Self::inexact).collect(),
            Kind::Map(entries) => entries.iter().flat_map(|(_, node)| node.inexact()).collect(),
        }
    }

    /// What the value is, in an author's words.
    pub(super) fn described(&self) -> String {
        match &self.kind {
            Kind::Scalar(Value::Null) => "nothing".to_owned(),
            Kind::Scalar(value) => format!("`{}`", shown(&value.to_string())),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        Ok(Self { at: Position::from(spanned.referenced), kind: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    /// A whole number is an integer however it is written, as in JavaScript.
    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "whole and below 2^53"
        )]
        let whole = (value.fract() == 0.0 && value.abs() <= MAX_INTEGER as f64).then_some(value as i64);
        Ok(Kind::Scalar(whole.map_or_else(|| value.into(), Value::from)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Kind::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Kind::Map(entries))
    }
}
