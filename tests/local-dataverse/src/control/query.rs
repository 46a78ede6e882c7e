//! The part of an address behind `?`, for `/_local/`.

use crate::odata::decode;

/// The parameters of a request.
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads the parameters; one of another name than these is refused.
    pub fn parse(query: &str, known: &[&str]) -> Result<Self, String> {
        let mut parameters = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let read = |text| decode(text, true).map_err(|error| error.message);
            let (name, value) = (read(name)?, read(value)?);
            if !known.contains(&name.as_str()) {
                return Err(format!("There is no parameter '{name}' here; there are: {}.", known.join(", ")));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// A parameter that is not empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A parameter that is a whole number.
    pub fn number(&self, name: &str) -> Result<Option<u64>, String> {
        self.text(name)
            .map(|text| text.parse().map_err(|_| format!("{name} is '{text}': give a whole number.")))
            .transpose()
    }

    /// How many are wanted at most; without the parameter all.
    pub fn count(&self, name: &str) -> Result<usize, String> {
        Ok(self.number(name)?.and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_wrong_ones_refused() {
        let query = Query::parse("search=a%20b+c&top=3&after=", &["search", "top", "after"]).unwrap();
        assert_eq!(query.text("search"), Some("a b c"));
        assert_eq!((query.number("top"), query.number("after")), (Ok(Some(3)), Ok(None)));
        assert_eq!((query.count("top"), query.count("after")), (Ok(3), Ok(usize::MAX)));
        assert!(query.number("search").unwrap_err().contains("'a b c'"));
        assert!(Query::parse("tpo=1", &["top"]).err().unwrap().contains("'tpo'"));
        assert!(Query::parse("top=%FF", &["top"]).is_err());
    }
}
