//! A proxy that lets nobody through, and tells what it was asked for.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

/// A proxy on a free port. Its thread ends with the process.
pub struct Proxy {
    /// Host and port.
    pub address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts it.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("no port for a proxy")?;
        let address = listener.local_addr()?.to_string();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let told = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up early is of no interest.
                let _ = refuse(stream, &told);
            }
        });
        Ok(Self { address, asked })
    }

    /// The first lines of the requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn refuse(mut stream: TcpStream, asked: &Mutex<Vec<String>>) -> Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().context("nothing was asked")??;
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(first);
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    Ok(())
}
