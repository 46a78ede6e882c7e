//! What all changes have in common: whether they are only planned, and what they did.

use serde::Serialize;
use serde_json::Value;

/// Whether a change is made, or only worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// It is made.
    #[default]
    Apply,
    /// Everything is read and checked, nothing is changed: the result tells what would be.
    Plan,
}

/// What was done to a user or a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Action {
    /// A user was created.
    Created,
    /// Attributes of a user were changed.
    Updated,
    /// A user was enabled.
    Enabled,
    /// A user was disabled.
    Disabled,
    /// A user was moved to another business unit.
    Moved,
    /// A role was assigned.
    Added,
    /// A role was revoked.
    Removed,
    /// A user was deleted.
    Deleted,
    /// All was already as asked for.
    Unchanged,
}

/// The change of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AttributeChange {
    /// Its logical name.
    pub attribute: String,
    /// The value before.
    pub before: Value,
    /// The value that was set.
    pub after: Value,
}
