//! The challenge that an environment answers a request without a token with: it names the tenant's sign-in page.
//!
//! `Bearer authorization_uri=https://login.microsoftonline.com/<tenant>/oauth2/authorize, resource_id=https://contoso.crm.dynamics.com/`,
//! with or without quotation marks.

use url::Url;

/// The `authorization_uri` of the values of `WWW-Authenticate`.
pub(crate) fn authorization_uri<'a>(challenges: impl IntoIterator<Item = &'a str>) -> Option<Url> {
    challenges.into_iter().find_map(|challenge| {
        let (scheme, parameters) = challenge.trim_start().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        Parameters(parameters)
            .find(|(name, _)| name.eq_ignore_ascii_case("authorization_uri"))
            .and_then(|(_, value)| Url::parse(&value).ok())
    })
}

/// The tenant of an `authorization_uri`: the first segment of its path.
pub(crate) fn tenant_of(authorization_uri: &Url) -> Option<&str> {
    authorization_uri.path_segments()?.next().filter(|segment| !segment.is_empty())
}

/// The parameters of a challenge: names and values, separated by commas; a value may be in quotation marks.
struct Parameters<'a>(&'a str);

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches([',', ' ', '\t']);
        let (name, rest) = rest.split_once('=')?;
        let (value, rest) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        self.0 = rest;
        Some((name.trim().to_owned(), value))
    }
}

/// What stands before the closing quotation mark, and what follows it.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sign_in_page_is_found_in_each_form_of_the_challenge() {
        let page = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/authorize";
        for challenge in [
            format!("Bearer authorization_uri={page}, resource_id=https://contoso.crm.dynamics.com/"),
            format!("bearer authorization_uri=\"{page}\", resource_id=\"x\""),
            format!(
                "Bearer error=\"invalid_token\", error_description=\"no, \\\"x\\\" = y\", authorization_uri={page}"
            ),
            format!("Bearer resource_id=x,Authorization_URI = {page} "),
        ] {
            let uri = authorization_uri(["Basic realm=\"x\"", &challenge]).unwrap();
            assert_eq!(uri.as_str(), page, "{challenge}");
            assert_eq!(tenant_of(&uri), Some("11111111-1111-4111-8111-111111111111"));
        }
    }

    #[test]
    fn where_there_is_none_nothing_is_found() {
        for challenge in
            ["", "Bearer", "Bearer x", "Basic authorization_uri=https://x.example/t", "Bearer authorization_uri=x"]
        {
            assert_eq!(authorization_uri([challenge]), None, "{challenge}");
        }
        assert_eq!(tenant_of(&Url::parse("https://login.microsoftonline.com/").unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "(Bearer )?([a-z_]{0,5}=?\"?\\\\?[ ,=\"\\PC]{0,8}){0,9}") {
            if let Some(uri) = authorization_uri([text.as_str()]) {
                prop_assert!(text.to_ascii_lowercase().contains("authorization_uri"), "{uri}");
            }
        }
    }
}
