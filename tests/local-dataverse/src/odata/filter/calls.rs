//! The part of the parser that reads calls: text functions, `Microsoft.Dynamics.CRM.In`, and lambdas.

use super::ast::{Expression, Operand, Quantifier, TextFunction};
use super::lexer::Token;
use super::names;
use super::parser::Parser;
use crate::model::Scalar;
use crate::odata::{ApiResult, ODataError};

impl Parser<'_> {
    /// The cursor is on a name with a parenthesis behind it.
    pub(super) fn function(&mut self, name: &str) -> ApiResult<Expression> {
        let function = match name {
            "contains" => TextFunction::Contains,
            "startswith" => TextFunction::StartsWith,
            "endswith" => TextFunction::EndsWith,
            "Microsoft.Dynamics.CRM.In" => return self.membership(),
            "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "and" | "or" | "any" | "all" => return Err(self.error()),
            _ => return Err(names::refused(name)),
        };
        self.skip(2);
        let signature = || {
            ODataError::query(format!(
                "No function signature for the function with name '{name}' matches the specified arguments."
            ))
        };
        let path = match self.operand()? {
            Operand::Property(path) => path,
            Operand::Literal(Scalar::Text(_)) => {
                return Err(ODataError::unsupported(format!(
                    "{name}(...) of a constant in $filter; put the property first"
                )));
            }
            Operand::Literal(_) | Operand::Enum(..) => return Err(signature()),
        };
        self.expect(',')?;
        let needle = match self.operand()? {
            Operand::Literal(Scalar::Text(text)) => text.into_string(),
            Operand::Property(_) => {
                return Err(ODataError::unsupported(format!("{name}(...) of two properties in $filter")));
            }
            Operand::Literal(_) | Operand::Enum(..) => return Err(signature()),
        };
        self.expect(')')?;
        Ok(Expression::Text(function, path, needle))
    }

    /// The refusal of a call at the end of a path, or in the place of an operand.
    pub(super) fn call_in_path(&self, path: &[String]) -> ODataError {
        match path {
            [name] => names::refused(name),
            [.., last] if last == "any" || last == "all" => {
                ODataError::unsupported(format!("the path '{}' over several tables in $filter", path.join("/")))
            }
            [.., last] => names::refused(last),
            [] => self.error(),
        }
    }

    /// `collection/any(` or `collection/all(` at the cursor; inside a lambda, after its variable.
    pub(super) fn lambda_ahead(&self) -> Option<(Quantifier, String)> {
        match (self.ahead(0), self.ahead(1), self.ahead(2), self.ahead(3)) {
            (Token::Name(collection), Token::Symbol('/'), Token::Name(word), Token::Symbol('(')) => match word.as_str()
            {
                "any" => Some((Quantifier::Any, collection.clone())),
                "all" => Some((Quantifier::All, collection.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// The cursor is on the collection's name.
    pub(super) fn lambda(&mut self, quantifier: Quantifier, collection: String) -> ApiResult<Expression> {
        if !self.variables.is_empty() {
            return Err(ODataError::unsupported("a lambda inside a lambda in $filter"));
        }
        self.skip(4);
        if quantifier == Quantifier::Any && *self.peek() == Token::Symbol(')') {
            self.skip(1);
            return Ok(Expression::Lambda(quantifier, collection, None));
        }
        let Token::Name(variable) = self.take() else { return Err(self.error_before()) };
        self.expect(':')?;
        self.variables.push(variable);
        let condition = self.disjunction();
        self.variables.pop();
        let condition = condition?;
        self.expect(')')?;
        Ok(Expression::Lambda(quantifier, collection, Some(Box::new(condition))))
    }

    /// `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['a','b'])`, the cursor on its name.
    fn membership(&mut self) -> ApiResult<Expression> {
        if !self.variables.is_empty() {
            return Err(ODataError::unsupported("Microsoft.Dynamics.CRM.In inside a lambda in $filter"));
        }
        self.skip(2);
        let (mut property, mut values) = (None, None);
        loop {
            let Token::Name(name) = self.take() else { return Err(self.error_before()) };
            self.expect('=')?;
            match name.as_str() {
                "PropertyName" => match self.take() {
                    Token::Literal(Scalar::Text(text)) => property = Some(text),
                    _ => return Err(self.error_before()),
                },
                "PropertyValues" => values = Some(self.values()?),
                _ => return Err(self.error_before()),
            }
            match self.take() {
                Token::Symbol(',') => {}
                Token::Symbol(')') => break,
                _ => return Err(self.error_before()),
            }
        }
        let (Some(property), Some(values)) = (property, values) else {
            return Err(ODataError::query(
                "Microsoft.Dynamics.CRM.In needs the parameters PropertyName and PropertyValues.",
            ));
        };
        Ok(Expression::In(property.split('/').map(str::to_owned).collect(), values))
    }

    fn values(&mut self) -> ApiResult<Vec<Scalar>> {
        self.expect('[')?;
        let mut values = Vec::new();
        if *self.peek() == Token::Symbol(']') {
            self.skip(1);
            return Ok(values);
        }
        loop {
            match self.take() {
                Token::Literal(value) => values.push(value),
                _ => return Err(self.error_before()),
            }
            match self.take() {
                Token::Symbol(',') => {}
                Token::Symbol(']') => return Ok(values),
                _ => return Err(self.error_before()),
            }
        }
    }
}
