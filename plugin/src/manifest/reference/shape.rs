//! What a field is, and what may stand in it.

/// A mapping: its fields and what there is to say about all of them.
#[derive(Debug)]
pub struct Mapping {
    /// Its name in the schema and its heading in the reference.
    pub name: &'static str,
    /// What it is for, as Markdown.
    pub about: &'static str,
    /// Its fields, in the order of the reference.
    pub fields: &'static [Field],
}

/// One key of a mapping.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What may stand behind it.
    pub shape: &'static Shape,
    /// What counts if it is absent or empty.
    pub absent: Absent,
    /// A value, as YAML.
    pub example: &'static str,
    /// What it does, as Markdown without line breaks.
    pub about: &'static str,
}

/// What counts for a field that is absent or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// It must be there.
    Required,
    /// This value, as YAML.
    Value(&'static str),
    /// Nothing; the words say what follows.
    Nothing(&'static str),
}

/// What may stand in a field.
#[derive(Debug)]
pub enum Shape {
    /// A text of at most `most` characters that fits the regular expression
    /// `fits` (ECMA-262) and not `unlike`.
    Text {
        /// What it is, in an author's words.
        words: &'static str,
        /// Empty for any text.
        fits: &'static str,
        /// Empty for nothing.
        unlike: &'static str,
        /// 0 for no bound.
        most: usize,
    },
    /// `true` or `false`.
    Flag,
    /// Any number.
    Number,
    /// A whole number, both ends included.
    Count {
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A duration, as a number of seconds or a text such as `5m`.
    Duration {
        /// The shortest, in words.
        least: &'static str,
        /// The longest, in words.
        most: &'static str,
    },
    /// A size, as a number of bytes or a text such as `10Mi`.
    Size {
        /// The largest, in words.
        most: &'static str,
    },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list.
    List {
        /// Of these.
        of: &'static Shape,
        /// So many at most; 0 for no bound.
        most: usize,
    },
    /// A mapping with keys that the author chooses.
    Map {
        /// What a key is.
        keys: &'static Shape,
        /// What stands behind each.
        of: &'static Shape,
        /// So many at least.
        least: usize,
        /// So many at most; 0 for no bound.
        most: usize,
    },
    /// A mapping with these keys and no other.
    Mapping(&'static Mapping),
    /// Any of these.
    Either(&'static [Shape]),
    /// Whatever YAML can write.
    Anything,
}

/// Any text.
pub(super) static TEXT: Shape = Shape::Text { words: "text", fits: "", unlike: "", most: 0 };

impl Field {
    /// Whether a manifest without it is refused.
    pub fn is_required(&self) -> bool {
        self.absent == Absent::Required
    }
}

impl Shape {
    /// In an author's words, bounds included.
    pub fn words(&self) -> String {
        match self {
            Self::Text { words, most: 0, .. } => (*words).to_owned(),
            Self::Text { words, most, .. } => format!("{words} (≤ {most})"),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Count { least, most } => format!("number, {least} to {most}"),
            Self::Duration { least, most } => format!("duration, {least} to {most}"),
            Self::Size { most } => format!("size, at most {most}"),
            Self::Choice(words) => format!("`{}`", words.join("`, `")),
            Self::List { of, most } => format!("list{} of {}", bound(*most), of.words()),
            Self::Map { keys, of, most, .. } => {
                format!("map{}: {} → {}", bound(*most), keys.words(), of.words())
            }
            Self::Mapping(mapping) => format!("[{}](#{})", mapping.name, anchor(mapping.name)),
            Self::Either(shapes) => shapes.iter().map(Self::words).collect::<Vec<_>>().join(", or "),
            Self::Anything => "anything".to_owned(),
        }
    }

    /// The mappings that it leads to, outer ones first; none twice.
    pub fn mappings(&'static self, seen: &mut Vec<&'static Mapping>) {
        match self {
            Self::List { of, .. } | Self::Map { of, .. } => of.mappings(seen),
            Self::Either(shapes) => shapes.iter().for_each(|shape| shape.mappings(seen)),
            Self::Mapping(mapping) if seen.iter().all(|known| known.name != mapping.name) => {
                seen.push(mapping);
                mapping.fields.iter().for_each(|field| field.shape.mappings(seen));
            }
            _ => {}
        }
    }
}

/// GitHub's anchor of a heading.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

fn bound(most: usize) -> String {
    if most == 0 { String::new() } else { format!(" (≤ {most})") }
}
