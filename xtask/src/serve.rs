//! A static file server for looking at the page and for testing it: one folder under one path, on
//! this machine only.
//!
//! It answers GET and HEAD, one request a connection, with the compressed copy of a file where there is one and
//! the browser takes it. Browsers may keep what is named by its content and ask again for everything else. It
//! follows no link out of its folder, and has no TLS and no ranges: it is no server for the public. Every answer may be read by any origin, as on the usual static hosts: a sandboxed
//! frame has none of its own, and its module scripts would be refused otherwise.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{Error, Result};

/// The most of a request that is read: links may be long, floods are cut off.
const LONGEST_REQUEST: u64 = 256 * 1024;
/// Browsers open connections they may never use.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    site: Arc<Site>,
    ended: Arc<AtomicBool>,
    thread: Option<thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Site {
    folder: PathBuf,
    prefix: String,
    requests: Mutex<Vec<Request>>,
}

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The path as asked for, with its query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

impl Server {
    /// Serves `folder` under `prefix` (as in `/` or `/some/sub/`) at 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// When the folder does not exist or the port is taken.
    pub fn start(folder: &Path, prefix: &str, port: u16) -> Result<Self> {
        // Canonical, so that a file's own canonical path can be compared with it.
        let folder =
            folder.canonicalize().map_err(|e| Error::io(format!("opening {}", folder.display()), e))?;
        let prefix = format!("/{}/", prefix.trim_matches('/')).replace("//", "/");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|e| match e.kind() {
            io::ErrorKind::AddrInUse => Error::Check(format!(
                "port {port} is taken: another server is running. Stop it or choose another: \
                 `cargo xtask serve --port {}`",
                port.wrapping_add(1).max(1024)
            )),
            _ => Error::io(format!("listening on port {port}"), e),
        })?;
        let address = listener.local_addr().map_err(|e| Error::io("asking for the port", e))?;
        let site = Arc::new(Site { folder, prefix, requests: Mutex::default() });
        let ended = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let (site, ended) = (Arc::clone(&site), Arc::clone(&ended));
            move || {
                for stream in listener.incoming().flatten() {
                    if ended.load(Ordering::SeqCst) {
                        return;
                    }
                    let site = Arc::clone(&site);
                    // A browser that hangs up early is no error of ours.
                    thread::spawn(move || drop(site.answer(&stream)));
                }
            }
        });
        Ok(Self { address, site, ended, thread: Some(thread) })
    }

    /// The address of the folder, ending in `/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.site.prefix)
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked for so far, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.site.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves until the program is ended.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // The thread waits for a connection; this one wakes it.
        if self.thread.is_some()
            && TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// An answer: status, content type, more headers, and the body.
struct Answer {
    status: u16,
    kind: &'static str,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn plain(status: u16) -> Self {
        let body = format!("{status} {}\n", reason(status)).into_bytes();
        Self { status, kind: "text/plain; charset=utf-8", headers: String::new(), body }
    }
}

impl Site {
    fn answer(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut lines = BufReader::new(stream.take(LONGEST_REQUEST));
        let mut first = String::new();
        if lines.read_line(&mut first)? == 0 {
            return Ok(());
        }
        // All must be read before the connection can close cleanly.
        let (mut header, mut takes_gzip) = (String::new(), false);
        while lines.read_line(&mut header)? > 2 {
            let lower = header.to_ascii_lowercase();
            takes_gzip |= lower.strip_prefix("accept-encoding:").is_some_and(|kinds| kinds.contains("gzip"));
            header.clear();
        }
        let mut words = first.split_whitespace();
        let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let answer = match method {
            "GET" | "HEAD" => self.find(target, takes_gzip),
            _ => Answer::plain(405),
        };
        self.requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Request { path: target.into(), status: answer.status });
        write!(
            stream,
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
             Access-Control-Allow-Origin: *\r\n\
             X-Content-Type-Options: nosniff\r\nConnection: close\r\n{}\r\n",
            answer.status,
            reason(answer.status),
            answer.kind,
            answer.body.len(),
            answer.headers
        )?;
        if method != "HEAD" {
            stream.write_all(&answer.body)?;
        }
        stream.flush()
    }

    fn find(&self, target: &str, takes_gzip: bool) -> Answer {
        let (path, query) = target.split_once('?').map_or((target, None), |(p, q)| (p, Some(q)));
        if format!("{path}/") == self.prefix {
            return redirect(path, query);
        }
        let Some(inside) = path.strip_prefix(self.prefix.as_str()) else {
            return Answer::plain(404);
        };
        let Some(inside) = decode(inside) else {
            return Answer::plain(400);
        };
        // Only plain names: no `..`, no drive, no root.
        if !Path::new(&inside).components().all(|c| matches!(c, Component::Normal(_)))
            || inside.contains(['\\', '\0'])
        {
            return Answer::plain(404);
        }
        let Ok(mut file) = self.folder.join(&inside).canonicalize() else {
            return Answer::plain(404);
        };
        if file.is_dir() {
            if !path.ends_with('/') {
                return redirect(path, query);
            }
            file = match file.join("index.html").canonicalize() {
                Ok(file) => file,
                Err(_) => return Answer::plain(404),
            };
        }
        // A symbolic link may lead elsewhere.
        if !file.starts_with(&self.folder) {
            return Answer::plain(404);
        }
        let kind = content_type(&file);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let keep =
            if is_named_by_content(&name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let mut headers = format!("Cache-Control: {keep}\r\nVary: Accept-Encoding\r\n");
        let copy = file.with_file_name(format!("{name}.gz")).canonicalize();
        if takes_gzip
            && let Some(copy) = copy.ok().filter(|copy| copy.starts_with(&self.folder))
            && let Ok(body) = fs::read(copy)
        {
            headers.push_str("Content-Encoding: gzip\r\n");
            return Answer { status: 200, kind, headers, body };
        }
        match fs::read(&file) {
            Ok(body) => Answer { status: 200, kind, headers, body },
            Err(_) => Answer::plain(404),
        }
    }
}

/// Relative addresses need the slash at a folder's end.
fn redirect(path: &str, query: Option<&str>) -> Answer {
    // From the last segment, so that `//host` in the path cannot lead anywhere else.
    let last = path.rsplit('/').next().unwrap_or("");
    let query = query.map_or(String::new(), |q| format!("?{q}"));
    Answer { headers: format!("Location: ./{last}/{query}\r\n"), ..Answer::plain(301) }
}

/// Whether a file's name changes with its content: it ends in eight or more hexadecimal digits.
fn is_named_by_content(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches("_bg");
    let hash = stem.rsplit_once('-').map_or("", |(_, hash)| hash);
    hash.len() >= 8 && hash.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Undoes percent-encoding; nothing for what is no UTF-8 or badly encoded.
fn decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(b) = rest.next() {
        bytes.push(if b == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? * 16 + digit()?).ok()?
        } else {
            b
        });
    }
    String::from_utf8(bytes).ok()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        400 => "Bad Request",
        404 => "Not Found",
        _ => "Method Not Allowed",
    }
}

/// The content type by the file's ending: browsers refuse scripts and WebAssembly of a wrong one.
#[must_use]
pub fn content_type(file: &Path) -> &'static str {
    let ending = file.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    //! A real server on a free port, spoken to by hand.
    use super::*;

    type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> io::Result<Self> {
            let dir = std::env::temp_dir().join(format!("scorescope-serve-{name}-{}", std::process::id()));
            fs::create_dir_all(dir.join("site/in ner"))?;
            fs::write(dir.join("secret.txt"), "secret")?;
            fs::write(dir.join("site/index.html"), "<p>home")?;
            fs::write(dir.join("site/a.wasm"), "wasm")?;
            fs::write(dir.join("site/in ner/index.html"), "<p>inner")?;
            Ok(Self(dir))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn ask(server: &Server, request: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(server.address)?;
        stream.write_all(format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn files_come_with_their_type_under_the_prefix() -> Outcome {
        let folder = Folder::new("files")?;
        let server = Server::start(&folder.0.join("site"), "/some/sub/", 0)?;
        assert!(server.url().ends_with("/some/sub/"));
        let home = ask(&server, "GET /some/sub/?lab=density")?;
        assert!(home.starts_with("HTTP/1.1 200") && home.ends_with("<p>home"), "{home}");
        let wasm = ask(&server, "GET /some/sub/a.wasm")?;
        assert!(wasm.contains("Content-Type: application/wasm\r\n"));
        let head = ask(&server, "HEAD /some/sub/a.wasm")?;
        assert!(head.contains("Content-Length: 4\r\n") && head.ends_with("\r\n\r\n"));
        assert!(ask(&server, "GET /some/sub/in%20ner/")?.ends_with("<p>inner"));
        assert!(ask(&server, "GET /a.wasm")?.starts_with("HTTP/1.1 404"));
        assert!(ask(&server, "POST /some/sub/")?.starts_with("HTTP/1.1 405"));
        let seen = server.requests();
        assert_eq!(seen.len(), 6);
        assert_eq!(seen[0], Request { path: "/some/sub/?lab=density".into(), status: 200 });
        Ok(())
    }

    #[test]
    fn what_is_named_by_its_content_may_be_kept_and_compressed_copies_are_sent() -> Outcome {
        let folder = Folder::new("kept")?;
        fs::write(folder.0.join("site/app-0123456789abcdef_bg.wasm"), "module")?;
        fs::write(folder.0.join("site/app-0123456789abcdef_bg.wasm.gz"), "packed")?;
        let server = Server::start(&folder.0.join("site"), "/", 0)?;
        let plain = ask(&server, "GET /app-0123456789abcdef_bg.wasm")?;
        assert!(plain.contains("immutable") && plain.ends_with("module"), "{plain}");
        let packed =
            ask(&server, "GET /app-0123456789abcdef_bg.wasm HTTP/1.1\r\nAccept-Encoding: br, gzip\r\nX:")?;
        assert!(packed.contains("Content-Encoding: gzip\r\n") && packed.ends_with("packed"), "{packed}");
        assert!(packed.contains("Content-Type: application/wasm\r\n"));
        let home = ask(&server, "GET /")?;
        assert!(home.contains("Cache-Control: no-cache\r\n"), "{home}");
        for name in ["embed.js", "sw.js", "embed-demo.html", "a-1234567.js", "index.html"] {
            assert!(!is_named_by_content(name), "{name}");
        }
        assert!(is_named_by_content("boot-70c723ab.js"));
        Ok(())
    }

    #[test]
    fn folders_without_their_slash_are_redirected() -> Outcome {
        let folder = Folder::new("redirect")?;
        let server = Server::start(&folder.0.join("site"), "sub", 0)?;
        assert!(ask(&server, "GET /sub?v=1")?.contains("Location: ./sub/?v=1\r\n"));
        assert!(ask(&server, "GET /sub/in%20ner")?.contains("Location: ./in%20ner/\r\n"));
        Ok(())
    }

    #[test]
    fn nothing_outside_the_folder_is_served() -> Outcome {
        let folder = Folder::new("outside")?;
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.0.join("secret.txt"), folder.0.join("site/link.txt"))?;
        let server = Server::start(&folder.0.join("site"), "/", 0)?;
        for path in [
            "/../secret.txt",
            "/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/link.txt",
            "//etc/passwd",
            "/a%5c..%5cb",
            "/%00",
        ] {
            let answer = ask(&server, &format!("GET {path}"))?;
            assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        }
        assert!(ask(&server, "GET /%zz")?.starts_with("HTTP/1.1 400"));
        Ok(())
    }

    #[test]
    fn a_taken_port_is_named_with_a_way_out() -> Outcome {
        let folder = Folder::new("port")?;
        let first = Server::start(&folder.0, "/", 0)?;
        let port = first.address.port();
        let message = Server::start(&folder.0, "/", port).map(drop).map_err(|e| e.to_string());
        assert!(message.is_err_and(|m| m.contains(&format!("port {port} is taken"))));
        Ok(())
    }
}
