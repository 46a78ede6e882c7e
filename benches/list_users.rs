//! Reads all users of an environment with twenty columns, and throws them away: the library without PowerShell.
//!
//! ```text
//! DYNAMICS365_SECRET=... list-users http://127.0.0.1:8080/ client_id@tenant_id
//! ```

use std::env;
use std::error::Error;

use dynamics365::{Client, Config, Next, Query, Rows, users};
use dynamics365_benches::TWENTY;

fn main() -> Result<(), Box<dyn Error>> {
    let [url, login] =
        env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "give the url and the login id")?;
    let mut config = Config::new(&url)?;
    config.option("authority", &url)?;
    config.client_secret(&login, env::var("DYNAMICS365_SECRET").map_err(|_| "set DYNAMICS365_SECRET")?.into())?;
    let client = Client::new(config)?;
    let query = Query { columns: TWENTY.map(str::to_owned).into(), ..Query::default() };
    let (mut rows, mut bytes) = (0, 0);
    let list = Rows::start(&client, move |client| users::list(client, &query))?;
    while let Next::Batch(batch) = list.next(None)? {
        rows += batch.rows();
        bytes += batch.text().len();
    }
    println!("rows {rows}\nbytes {bytes}");
    Ok(())
}
