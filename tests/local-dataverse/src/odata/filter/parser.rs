//! A recursive-descent parser of `$filter`: `or` binds less than `and`, `and` less than `not`.

use super::ast::{Comparison, Expression, Operand};
use super::lexer::{Positioned, Token};
use crate::odata::{ApiResult, ODataError};

/// How deep parentheses and `not` may be nested.
const DEEPEST: usize = 100;
/// Parses a whole `$filter`: its text, for messages, and its tokens.
pub fn parse(text: &str, tokens: Vec<Positioned>) -> ApiResult<Expression> {
    let mut parser = Parser { text, tokens, next: 0, depth: 0, variables: Vec::new() };
    let expression = parser.disjunction()?;
    match parser.peek() {
        Token::End => Ok(expression),
        _ => Err(parser.error()),
    }
}

/// A place in the tokens of a filter.
pub(super) struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Positioned>,
    next: usize,
    depth: usize,
    /// The variables of the lambdas around the cursor, the innermost last.
    pub(super) variables: Vec<String>,
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> &Token {
        self.ahead(0)
    }

    /// A token behind the next one; the last stands for all that would follow it.
    pub(super) fn ahead(&self, offset: usize) -> &Token {
        &self.tokens[(self.next + offset).min(self.tokens.len() - 1)].token
    }

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.skip(1);
        token
    }

    pub(super) fn skip(&mut self, count: usize) {
        // The end stays where it is, so that there is always a token to look at.
        self.next = (self.next + count).min(self.tokens.len() - 1);
    }

    pub(super) fn error(&self) -> ODataError {
        self.error_at(0)
    }

    /// The error of the token that was just taken.
    pub(super) fn error_before(&self) -> ODataError {
        self.error_at(1)
    }

    fn error_at(&self, back: usize) -> ODataError {
        let position = self.tokens[self.next.saturating_sub(back)].position;
        ODataError::query(format!("Syntax error at position {position} in '{}'.", self.text))
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name == word);
        if found {
            self.skip(1);
        }
        found
    }

    pub(super) fn expect(&mut self, symbol: char) -> ApiResult<()> {
        if *self.peek() != Token::Symbol(symbol) {
            return Err(self.error());
        }
        self.skip(1);
        Ok(())
    }

    pub(super) fn disjunction(&mut self) -> ApiResult<Expression> {
        let mut left = self.conjunction()?;
        while self.keyword("or") {
            left = Expression::Or(Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> ApiResult<Expression> {
        let mut left = self.negation()?;
        while self.keyword("and") {
            left = Expression::And(Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> ApiResult<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ODataError::query("The recursion limit of the $filter has been exceeded."));
        }
        let result = if self.keyword("not") {
            self.negated().map(|inner| Expression::Not(Box::new(inner)))
        } else if *self.peek() == Token::Symbol('(') {
            self.skip(1);
            let inner = self.disjunction()?;
            self.expect(')')?;
            self.alone(inner)
        } else {
            self.condition()
        };
        self.depth -= 1;
        result
    }

    /// What `not` stands before. It binds more tightly than a comparison: `not a eq b` negates `a`.
    fn negated(&mut self) -> ApiResult<Expression> {
        let is_operand = match (self.peek(), self.ahead(1)) {
            (Token::Literal(_), _) => true,
            (Token::Name(name), next) => name != "not" && *next != Token::Symbol('(') && self.lambda_ahead().is_none(),
            _ => false,
        };
        if !is_operand {
            return self.negation();
        }
        let operand = self.operand()?;
        if self.comparison()?.is_some() {
            self.operand()?;
        }
        Ok(Expression::Bare(operand))
    }

    fn condition(&mut self) -> ApiResult<Expression> {
        if let (Token::Name(name), Token::Symbol('(')) = (self.peek().clone(), self.ahead(1)) {
            let call = self.function(&name)?;
            return self.alone(call);
        }
        if let Some((quantifier, collection)) = self.lambda_ahead() {
            let lambda = self.lambda(quantifier, collection)?;
            return self.alone(lambda);
        }
        let left = self.operand()?;
        let Some(comparison) = self.comparison()? else {
            return match self.peek() {
                Token::End | Token::Symbol(')') => Ok(Expression::Bare(left)),
                Token::Name(name) if name == "and" || name == "or" => Ok(Expression::Bare(left)),
                _ => Err(self.error()),
            };
        };
        let right = self.operand()?;
        // An operand may be a sum; this says so.
        self.comparison_or_end()?;
        Ok(Expression::Compare(left, comparison, right))
    }

    /// The comparison at the cursor, if there is one.
    fn comparison(&mut self) -> ApiResult<Option<Comparison>> {
        let Token::Name(name) = self.peek() else { return Ok(None) };
        let comparison = match name.as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::NotEqual,
            "gt" => Comparison::Greater,
            "ge" => Comparison::GreaterOrEqual,
            "lt" => Comparison::Less,
            "le" => Comparison::LessOrEqual,
            "in" | "has" | "add" | "sub" | "mul" | "div" | "divby" | "mod" => {
                return Err(ODataError::unsupported(format!("the operator '{name}' in $filter")));
            }
            _ => return Ok(None),
        };
        self.skip(1);
        Ok(Some(comparison))
    }

    /// Behind the right side of a comparison there is no other.
    fn comparison_or_end(&mut self) -> ApiResult<()> {
        match self.comparison()? {
            None => Ok(()),
            Some(_) => Err(ODataError::unsupported("a comparison of a comparison in $filter")),
        }
    }

    /// A condition is not compared: `contains(...) eq true`.
    fn alone(&mut self, condition: Expression) -> ApiResult<Expression> {
        match self.comparison()? {
            None => Ok(condition),
            Some(_) => {
                Err(ODataError::unsupported("a comparison of a condition in $filter; write it alone, or with not"))
            }
        }
    }

    pub(super) fn operand(&mut self) -> ApiResult<Operand> {
        match self.peek().clone() {
            Token::Literal(value) => {
                self.skip(1);
                Ok(Operand::Literal(value))
            }
            Token::Enum(kind, value) => {
                self.next += 1;
                Ok(Operand::Enum(kind, value))
            }
            Token::Name(_) => {
                let path = self.path()?;
                if *self.peek() == Token::Symbol('(') {
                    return Err(self.call_in_path(&path));
                }
                Ok(Operand::Property(path))
            }
            Token::Symbol('-') => Err(ODataError::unsupported("the sign '-' before an expression in $filter")),
            Token::Symbol('(') => Err(ODataError::unsupported("an operand in parentheses in $filter")),
            _ => Err(self.error()),
        }
    }

    pub(super) fn path(&mut self) -> ApiResult<Vec<String>> {
        let mut path = Vec::new();
        loop {
            match self.take() {
                Token::Name(name) if name.starts_with('$') => {
                    return Err(match name.as_str() {
                        "$it" | "$root" | "$this" | "$count" => ODataError::unsupported(format!("{name} in $filter")),
                        _ => self.error_before(),
                    });
                }
                Token::Name(name) if name.contains('.') && *self.peek() == Token::Symbol('/') => {
                    return Err(ODataError::unsupported(format!("the type '{name}' in a path in $filter")));
                }
                Token::Name(name) => path.push(name),
                _ => return Err(self.error_before()),
            }
            if *self.peek() != Token::Symbol('/') {
                return self.of_variable(path);
            }
            self.skip(1);
        }
    }

    /// Inside a lambda every path starts with its variable, which says nothing further.
    fn of_variable(&self, mut path: Vec<String>) -> ApiResult<Vec<String>> {
        let Some(variable) = self.variables.last() else { return Ok(path) };
        if path.len() > 1 && path[0] == *variable {
            path.remove(0);
            return Ok(path);
        }
        if path.len() == 1 && path[0] == *variable {
            return Err(ODataError::query(format!(
                "'{variable}' in the lambda is a row; compare one of its properties, as {variable}/name."
            )));
        }
        if self.variables.contains(&path[0]) {
            return Err(ODataError::unsupported(format!("the variable '{}' of an outer lambda in $filter", path[0])));
        }
        Err(ODataError::query(format!(
            "Could not find a property named '{}': inside the lambda, names start with '{variable}/'.",
            path.join("/")
        )))
    }
}
