//! What a `$filter` says, before its names are looked up.

use crate::model::Scalar;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// eq
    Equal,
    /// ne
    NotEqual,
    /// gt
    Greater,
    /// ge
    GreaterOrEqual,
    /// lt
    Less,
    /// le
    LessOrEqual,
}

impl Comparison {
    /// The comparison that holds where this one does not.
    pub fn negated(self) -> Self {
        match self {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::LessOrEqual => Comparison::Greater,
        }
    }

    /// The name in OData's messages.
    pub fn kind(self) -> &'static str {
        match self {
            Comparison::Equal => "Equal",
            Comparison::NotEqual => "NotEqual",
            Comparison::Greater => "GreaterThan",
            Comparison::GreaterOrEqual => "GreaterThanOrEqual",
            Comparison::Less => "LessThan",
            Comparison::LessOrEqual => "LessThanOrEqual",
        }
    }
}

/// A function of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFunction {
    /// contains
    Contains,
    /// startswith
    StartsWith,
    /// endswith
    EndsWith,
}

impl TextFunction {
    /// The function's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::StartsWith => "startswith",
            Self::EndsWith => "endswith",
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A property, or a property of a related row: `businessunitid/name`.
    Property(Vec<String>),
    /// A value.
    Literal(Scalar),
    /// A value of an enumeration: the type's name and the value.
    Enum(String, String),
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// Both hold.
    And(Box<Expression>, Box<Expression>),
    /// One of them holds.
    Or(Box<Expression>, Box<Expression>),
    /// It does not hold.
    Not(Box<Expression>),
    /// Two operands compared.
    Compare(Operand, Comparison, Operand),
    /// An operand where a condition should be.
    Bare(Operand),
    /// A text function of a property.
    Text(TextFunction, Vec<String>, String),
    /// `Microsoft.Dynamics.CRM.In`
    In(Vec<String>, Vec<Scalar>),
    /// `collection/any(x:...)` or `collection/all(x:...)`; `any()` has no condition. Paths in the condition are those of the
    /// collection's rows, without the variable.
    Lambda(Quantifier, String, Option<Box<Expression>>),
}

/// How many rows of a collection a condition must hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One at least.
    Any,
    /// All; none are needed.
    All,
}
