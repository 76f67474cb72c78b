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

/// How often a driver is started that ends at once.
const TRIES: usize = 5;

/// A running chromedriver; dropping it closes its browser and ends it.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts `chromedriver` on a port of its choice, again where it ends at once.
    ///
    /// With `--port=0` it takes any free port of IPv4 and then asks for the same one of IPv6. When a driver or a
    /// browser beside it has just taken that one, it ends; another try finds another port.
    pub(crate) fn start() -> Outcome<Self> {
        let mut said = String::new();
        for _ in 0..TRIES {
            let mut child = Command::new("chromedriver")
                .arg("--port=0")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|e| format!("chromedriver does not start ({e}); `cargo xtask setup` installs it"))?;
            let mut out = BufReader::new(child.stdout.take().ok_or("chromedriver has no output")?);
            said.clear();
            if let Some(port) = named_port(&mut out, &mut said)? {
                // Read on, or a full pipe would stop it.
                thread::spawn(move || drop(out.read_to_end(&mut Vec::new())));
                return Ok(Self { child, port });
            }
            let status = child.wait()?;
            said.push_str(&format!("({status})"));
        }
        Err(format!(
            "chromedriver ended {TRIES} times before it named its port; the last time it said:\n{said}"
        )
        .into())
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

/// The port that a starting driver names in its output; `None` where the output ends before. `said` gets the output.
fn named_port(out: &mut impl BufRead, said: &mut String) -> Outcome<Option<u16>> {
    loop {
        let start = said.len();
        if out.read_line(said)? == 0 {
            return Ok(None);
        }
        let port = said[start..]
            .split_once("started successfully on port ")
            .and_then(|(_, rest)| rest.trim().trim_end_matches('.').parse().ok());
        if port.is_some() {
            return Ok(port);
        }
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
