//! A recursive-descent parser of `$filter`: `or` binds less than `and`, `and` less than `not`.

use super::ast::{Comparison, Expression, Operand, Quantifier, TextFunction};
use super::lexer::{Positioned, Token, tokens};
use crate::model::Scalar;
use crate::odata::{ApiResult, ODataError};

/// How deep parentheses and `not` may be nested.
const DEEPEST: usize = 100;
/// How many tokens a filter may have.
const LONGEST: usize = 20_000;

/// Parses a whole `$filter`.
pub fn parse(text: &str) -> ApiResult<Expression> {
    let tokens = tokens(text)?;
    if tokens.len() > LONGEST {
        return Err(ODataError::query("The node count limit of the $filter has been exceeded."));
    }
    let mut parser = Parser { text, tokens, next: 0, depth: 0, variables: Vec::new() };
    let expression = parser.disjunction()?;
    match parser.peek() {
        Token::End => Ok(expression),
        _ => Err(parser.error()),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Positioned>,
    next: usize,
    depth: usize,
    /// The variables of the lambdas around the cursor, the innermost last.
    variables: Vec<String>,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.next].token
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.next].token.clone();
        // The end stays where it is, so that there is always a token to look at.
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        token
    }

    fn error(&self) -> ODataError {
        let position = self.tokens[self.next].position;
        ODataError::query(format!("Syntax error at position {position} in '{}'.", self.text))
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Name(name) if name == word);
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, symbol: char) -> ApiResult<()> {
        if *self.peek() != Token::Symbol(symbol) {
            return Err(self.error());
        }
        self.next += 1;
        Ok(())
    }

    fn disjunction(&mut self) -> ApiResult<Expression> {
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
            Ok(Expression::Not(Box::new(self.negation()?)))
        } else if *self.peek() == Token::Symbol('(') {
            self.next += 1;
            let inner = self.disjunction()?;
            self.expect(')')?;
            Ok(inner)
        } else {
            self.condition()
        };
        self.depth -= 1;
        result
    }

    fn condition(&mut self) -> ApiResult<Expression> {
        if let (Token::Name(name), Some(Token::Symbol('('))) =
            (self.peek().clone(), self.tokens.get(self.next + 1).map(|next| &next.token))
        {
            return self.function(&name);
        }
        if let Some((quantifier, collection)) = self.lambda_ahead() {
            return self.lambda(quantifier, collection);
        }
        let left = self.operand()?;
        let comparison = match self.peek() {
            Token::Name(name) => match name.as_str() {
                "eq" => Comparison::Equal,
                "ne" => Comparison::NotEqual,
                "gt" => Comparison::Greater,
                "ge" => Comparison::GreaterOrEqual,
                "lt" => Comparison::Less,
                "le" => Comparison::LessOrEqual,
                "in" | "has" | "add" | "sub" | "mul" | "div" | "mod" => {
                    return Err(ODataError::unsupported(format!("the operator '{name}' in $filter")));
                }
                _ => return Err(self.error()),
            },
            _ => return Err(self.error()),
        };
        self.next += 1;
        let right = self.operand()?;
        Ok(Expression::Compare(left, comparison, right))
    }

    fn operand(&mut self) -> ApiResult<Operand> {
        match self.peek().clone() {
            Token::Literal(value) => {
                self.next += 1;
                Ok(Operand::Literal(value))
            }
            Token::Name(_) => {
                let path = self.path()?;
                if *self.peek() == Token::Symbol('(') {
                    let name = path.join("/");
                    return Err(ODataError::unsupported(format!("the function '{name}' in $filter")));
                }
                Ok(Operand::Property(path))
            }
            _ => Err(self.error()),
        }
    }

    fn path(&mut self) -> ApiResult<Vec<String>> {
        let mut path = Vec::new();
        loop {
            match self.take() {
                Token::Name(name) => path.push(name),
                _ => {
                    self.next = self.next.saturating_sub(1);
                    return Err(self.error());
                }
            }
            if *self.peek() != Token::Symbol('/') {
                return self.of_variable(path);
            }
            self.next += 1;
        }
    }

    /// Inside a lambda every path starts with its variable, which says nothing further.
    fn of_variable(&self, mut path: Vec<String>) -> ApiResult<Vec<String>> {
        let Some(variable) = self.variables.last() else { return Ok(path) };
        if path.len() > 1 && path[0] == *variable {
            path.remove(0);
            return Ok(path);
        }
        if self.variables.contains(&path[0]) {
            return Err(ODataError::unsupported(format!("the variable '{}' of an outer lambda in $filter", path[0])));
        }
        Err(ODataError::query(format!(
            "Could not find a property named '{}': inside the lambda, names start with '{variable}/'.",
            path.join("/")
        )))
    }

    /// `collection/any(` or `collection/all(` at the cursor; inside a lambda, after its variable.
    fn lambda_ahead(&self) -> Option<(Quantifier, String)> {
        let token = |offset: usize| self.tokens.get(self.next + offset).map(|next| &next.token);
        match (token(0)?, token(1)?, token(2)?, token(3)?) {
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
    fn lambda(&mut self, quantifier: Quantifier, collection: String) -> ApiResult<Expression> {
        if !self.variables.is_empty() {
            return Err(ODataError::unsupported("a lambda inside a lambda in $filter"));
        }
        self.next += 4;
        if quantifier == Quantifier::Any && *self.peek() == Token::Symbol(')') {
            self.next += 1;
            return Ok(Expression::Lambda(quantifier, collection, None));
        }
        let Token::Name(variable) = self.take() else { return Err(self.error()) };
        self.expect(':')?;
        self.variables.push(variable);
        let condition = self.disjunction();
        self.variables.pop();
        let condition = condition?;
        self.expect(')')?;
        Ok(Expression::Lambda(quantifier, collection, Some(Box::new(condition))))
    }

    fn function(&mut self, name: &str) -> ApiResult<Expression> {
        let function = match name {
            "contains" => TextFunction::Contains,
            "startswith" => TextFunction::StartsWith,
            "endswith" => TextFunction::EndsWith,
            "Microsoft.Dynamics.CRM.In" => return self.membership(),
            "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "and" | "or" => return Err(self.error()),
            _ => return Err(ODataError::unsupported(format!("the function '{name}' in $filter"))),
        };
        self.next += 2;
        let path = self.path()?;
        self.expect(',')?;
        let needle = match self.operand()? {
            Operand::Literal(Scalar::Text(text)) => text.into_string(),
            _ => {
                return Err(ODataError::query(format!(
                    "No function signature for the function with name '{name}' matches the specified arguments."
                )));
            }
        };
        self.expect(')')?;
        if matches!(self.peek(), Token::Name(next) if next == "eq" || next == "ne") {
            return Err(ODataError::unsupported(format!(
                "a comparison of '{name}(...)' in $filter; write not {name}(...)"
            )));
        }
        Ok(Expression::Text(function, path, needle))
    }

    /// `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=['a','b'])`, the cursor on its name.
    fn membership(&mut self) -> ApiResult<Expression> {
        if !self.variables.is_empty() {
            return Err(ODataError::unsupported("Microsoft.Dynamics.CRM.In inside a lambda in $filter"));
        }
        self.next += 2;
        let (mut property, mut values) = (None, None);
        loop {
            let Token::Name(name) = self.take() else { return Err(self.error()) };
            self.expect('=')?;
            match name.as_str() {
                "PropertyName" => match self.take() {
                    Token::Literal(Scalar::Text(text)) => property = Some(text),
                    _ => return Err(self.error()),
                },
                "PropertyValues" => values = Some(self.values()?),
                _ => return Err(self.error()),
            }
            match self.take() {
                Token::Symbol(',') => {}
                Token::Symbol(')') => break,
                _ => return Err(self.error()),
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
            self.next += 1;
            return Ok(values);
        }
        loop {
            match self.take() {
                Token::Literal(value) => values.push(value),
                _ => return Err(self.error()),
            }
            match self.take() {
                Token::Symbol(',') => {}
                Token::Symbol(']') => return Ok(values),
                _ => return Err(self.error()),
            }
        }
    }
}
