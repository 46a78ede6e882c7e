//! Reads all users of an environment, and throws them away: the library without PowerShell.
//!
//! ```text
//! DYNAMICS365_SECRET=... list-users http://127.0.0.1:8080/ client_id@tenant_id systemuserid,fullname
//! ```

use std::env;
use std::error::Error;

use dynamics365::{Next, Query, Rows, users};
use dynamics365_benches::application;

fn main() -> Result<(), Box<dyn Error>> {
    let [url, login, columns] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "give the url, the login id and the columns")?;
    let client = application(&url, &login)?;
    let query = Query { columns: columns.split(',').map(str::to_owned).collect(), ..Query::default() };
    let (mut rows, mut bytes) = (0, 0);
    let list = Rows::start(&client, move |client| users::list(client, &query))?;
    while let Next::Batch(batch) = list.next(None)? {
        rows += batch.rows();
        bytes += batch.text().len();
    }
    println!("rows {rows}\nbytes {bytes}");
    Ok(())
}
