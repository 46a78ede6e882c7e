//! Gives a role to users who lack it, eight at once: the library without PowerShell.
//!
//! ```text
//! DYNAMICS365_SECRET=... assign-roles http://127.0.0.1:8080/ client_id@tenant_id 2000
//! ```

use std::env;
use std::error::Error;

use dynamics365::{Client, Mode, Operation, Query, Subject, roles, users};
use dynamics365_benches::application;

const ROLE: &str = "Sales Manager";

fn main() -> Result<(), Box<dyn Error>> {
    let [url, login, count] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "give the url, the login id and how many")?;
    let client = application(&url, &login)?;
    let lacking = format!("isdisabled eq false and not systemuserroles_association/any(r:r/name eq '{ROLE}')");
    let query = Query {
        columns: vec!["systemuserid".into()],
        filter: Some(lacking),
        first: Some(count.parse()?),
        ..Query::default()
    };
    let bulk = client.bulk(Some(8));
    let mut operations = Vec::new();
    for batch in users::list(&client, &query)? {
        for fields in batch?.records() {
            let id = fields[0].parse()?;
            let assign = move |client: &Client| roles::assign(client, id, &ROLE.into(), None, Mode::Apply);
            operations.push(Operation::start_on(&bulk, Some(Subject::user(id).with_roles()), assign)?);
        }
    }
    for operation in &operations {
        operation.wait(None).ok_or("a wait without end was over")??;
    }
    println!("rows {}", operations.len());
    Ok(())
}
