//! The browser's driver: a chromedriver of its own for each test, so that tests run side by side.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::Outcome;

/// How long an ended driver may take to close its browser.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running chromedriver; dropping it closes its browser and ends it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts `chromedriver` on a port of its choice.
    pub(crate) fn start() -> Outcome<Self> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("chromedriver does not start ({e}); `cargo xtask setup` installs it"))?;
        let mut out = BufReader::new(child.stdout.take().ok_or("chromedriver has no output")?);
        let mut line = String::new();
        loop {
            line.clear();
            if out.read_line(&mut line)? == 0 {
                return Err("chromedriver ended before it named its port".into());
            }
            let port = line
                .split_once("started successfully on port ")
                .and_then(|(_, rest)| rest.trim().trim_end_matches('.').parse().ok());
            if let Some(port) = port {
                // Read on, or a full pipe would stop it.
                thread::spawn(move || drop(out.read_to_end(&mut Vec::new())));
                return Ok(Self { child, port });
            }
        }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn ask_to_end(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        stream.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    /// Also reached when a test panics. A killed driver would leave its browser behind, so it is asked first.
    fn drop(&mut self) {
        let _ = self.ask_to_end();
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
