//! Assigns a role to the users of a business unit by its name, and tells what changed.
//!
//! ```text
//! DYNAMICS365_SECRET=... cargo run --example assign_role -- https://contoso.crm4.dynamics.com/ client_id@tenant_id Sales 'Sales Manager'
//! ```

use std::env;
use std::error::Error;

use dynamics365::{Client, Config, Mode, Query, business_units, roles, users};

fn main() -> Result<(), Box<dyn Error>> {
    let [url, login, unit, role] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "give url, login id, unit and role")?;
    let mut config = Config::new(&url)?;
    config.client_secret(&login, env::var("DYNAMICS365_SECRET").map_err(|_| "set DYNAMICS365_SECRET")?.into())?;
    let client = Client::new(config)?;

    let named = format!("name eq '{}'", unit.replace('\'', "''"));
    let query = Query { columns: vec!["businessunitid".into()], filter: Some(named), ..Query::default() };
    let mut units = Vec::new();
    for batch in business_units::list(&client, &query)? {
        units.extend(batch?.records().map(|fields| fields[0].to_string()));
    }
    let unit = units.first().ok_or_else(|| format!("there is no business unit '{unit}'"))?;

    let members = format!("_businessunitid_value eq {unit} and isdisabled eq false");
    let query = Query { columns: vec!["systemuserid".into()], filter: Some(members), ..Query::default() };
    for batch in users::list(&client, &query)? {
        for fields in batch?.records() {
            let change = roles::assign(&client, fields[0].parse()?, &role.as_str().into(), None, Mode::Apply)?;
            println!("{:?}: {} {}", change.action, change.user["fullname"], change.role["name"]);
        }
    }
    Ok(())
}
