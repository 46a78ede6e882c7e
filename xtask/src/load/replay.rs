//! The ledger replayed: from what there was, line by line, to what there is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};

use super::wire::Wire;

/// The tables that the load changes, with their keys.
const TABLES: [(&str, &str); 4] =
    [("systemusers", "systemuserid"), ("roles", "roleid"), ("businessunits", "businessunitid"), ("teams", "teamid")];

/// The intersect tables, with the relationship, the column of its left row and that of its right row.
const LINKS: [(&str, &str, &str, &str); 3] = [
    ("systemuserrolescollection", "systemuserroles_association", "systemuserid", "roleid"),
    ("teamrolescollection", "teamroles_association", "teamid", "roleid"),
    ("teammemberships", "teammembership_association", "teamid", "systemuserid"),
];

type Row = Map<String, Value>;

/// All that there is in an environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data {
    /// Rows by table and key, without what every change changes.
    pub rows: BTreeMap<(String, String), Row>,
    /// Relationship, left and right.
    pub links: BTreeSet<(String, String, String)>,
}

impl Data {
    /// Reads it over the API.
    pub fn read(wire: &Wire) -> Result<Self> {
        let mut data = Self::default();
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let mut default_teams = BTreeSet::new();
        for (set, key) in TABLES {
            for row in wire.rows(set)? {
                let id = text(&row, key);
                if row["isdefault"] == true {
                    default_teams.insert(id.clone());
                }
                data.rows.insert((set.to_owned(), id), lasting(row.as_object().cloned().unwrap_or_default()));
            }
        }
        for (set, relationship, left, right) in LINKS {
            for row in wire.rows(set)? {
                let (left, right) = (text(&row, left), text(&row, right));
                // Who belongs to the default team of a business unit follows from the users' rows, and is in no line.
                if !default_teams.contains(&left) {
                    data.links.insert((relationship.to_owned(), left, right));
                }
            }
        }
        Ok(data)
    }

    /// Applies a line of the ledger; the error says where the line does not fit what is there.
    pub fn apply(&mut self, line: &Value) -> Result<(), String> {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let place = (text("entitySet"), text("id"));
        let values = |name: &str| line[name].as_object().cloned().unwrap_or_default();
        match line["operation"].as_str().unwrap_or_default() {
            "create" => {
                if self.rows.insert(place.clone(), lasting(values("after"))).is_some() {
                    return Err(format!("{place:?} was there already"));
                }
            }
            "update" => {
                let row = self.rows.get_mut(&place).ok_or_else(|| format!("{place:?} is not there"))?;
                for (name, before) in lasting_all(values("before")) {
                    let now = row.get(&name).cloned().unwrap_or_default();
                    if now != before {
                        return Err(format!("{name} of {place:?} was {now}, not {before}"));
                    }
                }
                for (name, after) in lasting_all(values("after")) {
                    if after.is_null() {
                        row.remove(&name)
                    } else {
                        row.insert(name, after)
                    };
                }
            }
            "delete" => {
                let row = self.rows.remove(&place).ok_or_else(|| format!("{place:?} is not there"))?;
                let before = lasting(values("before"));
                if row != before {
                    return Err(format!("{place:?} was {}, not {}", Value::from(row), Value::from(before)));
                }
            }
            "associate" => {
                if !self.links.insert((text("relationship"), place.1.clone(), text("relatedId"))) {
                    return Err(format!("{} of {} had {} already", text("relationship"), place.1, text("relatedId")));
                }
            }
            "disassociate" => {
                if !self.links.remove(&(text("relationship"), place.1.clone(), text("relatedId"))) {
                    return Err(format!("{} of {} had no {}", text("relationship"), place.1, text("relatedId")));
                }
            }
            other => return Err(format!("'{other}' is no operation")),
        }
        Ok(())
    }

    /// Where this differs from other data; a few places are enough.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let keys: BTreeSet<_> = self.rows.keys().chain(other.rows.keys()).collect();
        for key in keys {
            let (one, two) = (self.rows.get(key), other.rows.get(key));
            if one != two {
                found.push(format!("{key:?} is {} after the replay and {} over the API", shown(one), shown(two)));
            }
        }
        for link in self.links.symmetric_difference(&other.links) {
            let place = if self.links.contains(link) { "after the replay" } else { "over the API" };
            found.push(format!("{link:?} is there only {place}"));
        }
        found
    }
}

fn shown(row: Option<&Row>) -> String {
    row.map_or_else(|| "missing".to_owned(), |row| Value::from(row.clone()).to_string())
}

fn lasting_all(mut row: Row) -> Row {
    // These change with every change of a row, and the ledger does not show them.
    row.retain(|name, _| {
        !matches!(name.as_str(), "modifiedon" | "_modifiedby_value" | "versionnumber") && !name.contains('@')
    });
    row
}

/// A row without nulls and without what the ledger leaves out.
fn lasting(row: Row) -> Row {
    let mut row = lasting_all(row);
    row.retain(|_, value| !value.is_null());
    row
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn applied(lines: &[Value]) -> Result<Data, String> {
        let mut data = Data::default();
        lines.iter().try_for_each(|line| data.apply(line))?;
        Ok(data)
    }

    fn line(operation: &str, before: Value, after: Value) -> Value {
        json!({"operation": operation, "entitySet": "roles", "id": "a", "before": before, "after": after})
    }

    #[test]
    fn lines_that_fit_each_other_lead_to_what_there_is() {
        let data = applied(&[
            line("create", Value::Null, json!({"name": "x", "versionnumber": 5})),
            line("update", json!({"name": "x"}), json!({"name": null, "job": "y"})),
        ]);
        let row = json!({"job": "y"}).as_object().cloned().unwrap();
        assert_eq!(data.unwrap().rows, BTreeMap::from([(("roles".into(), "a".into()), row)]));
    }

    #[test]
    fn lines_that_do_not_fit_are_told() {
        let create = || line("create", Value::Null, json!({"name": "x"}));
        let link = |operation: &str| json!({"operation": operation, "entitySet": "systemusers", "id": "a", "relationship": "r", "relatedId": "b"});
        for lines in [
            vec![create(), create()],
            vec![create(), line("update", json!({"name": "y"}), json!({"name": "z"}))],
            vec![create(), line("delete", json!({"name": "y"}), Value::Null)],
            vec![line("update", json!({}), json!({"name": "z"}))],
            vec![line("delete", json!({}), Value::Null)],
            vec![link("associate"), link("associate")],
            vec![link("disassociate")],
            vec![line("rename", json!({}), json!({}))],
        ] {
            assert!(applied(&lines).is_err(), "{lines:?}");
        }
    }

    #[test]
    fn differences_are_found_on_both_sides() {
        let one = applied(&[line("create", Value::Null, json!({"name": "x"}))]).unwrap();
        assert_eq!(one.differences(&one), Vec::<String>::new());
        assert_eq!(one.differences(&Data::default()).len(), 1);
        assert_eq!(Data::default().differences(&one).len(), 1);
    }
}
