//! `cargo xtask COMMAND`: reads the command line and calls the module that does the work.

use std::process::ExitCode;

use xtask::{
    Error, Result, bench, build, ci, deny, fuzz,
    publish::Publication,
    serve::Server,
    setup::{self, Needs},
    test::{self, Group},
    tidy,
};

const HELP: &str = "\
cargo xtask serve [--port N] [--no-build]   build the page and show it at http://127.0.0.1:8080/
cargo xtask build [--site URL]              build the page into dist/, check it, weigh it; with the address it will have
cargo xtask test [native|browser|e2e]       run every test, or one group [--no-build: e2e on dist/ as it is]
cargo xtask fuzz [--minutes N]              try random links, files and calls, for 10 minutes if not told
cargo xtask bench                           measure against peers and write benches/RESULTS.md
cargo xtask bench learn                     steps of training a second against TensorFlow.js alone
cargo xtask bench kernels [ARGS]            time the parts one by one; ARGS go to Criterion
cargo xtask ci                              formatting, lints, documentation, tidiness, dependencies
cargo xtask tidy                            the house rules alone
cargo xtask deny                            the dependencies alone: licences, sources, two versions of one
cargo xtask setup                           install whatever any of these needs

Each command first installs what it needs and is missing: into .tools/ where possible.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<()> {
    let (name, rest) = arguments.split_first().map_or(("help", [].as_slice()), |(n, r)| (n.as_str(), r));
    let root = xtask::root()?;
    match name {
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        "serve" => serve(&root, rest),
        "build" => {
            let publication = match rest {
                [] => Publication { site: None, previews: true },
                [word, site] if word == "--site" => Publication::at(site)?,
                [first, ..] => return Err(unknown(first)),
            };
            setup::run(&root, Needs::PAGE)?;
            build::page(&root, &publication)
        }
        "test" => {
            let mut groups = Vec::new();
            let mut build_page = true;
            for word in rest {
                match (Group::named(word), word.as_str()) {
                    (Some(group), _) => groups.push(group),
                    (None, "--no-build") => build_page = false,
                    _ => return Err(unknown(word)),
                }
            }
            let groups = if groups.is_empty() { Group::ALL.to_vec() } else { groups };
            test::run(&root, &groups, build_page)
        }
        "bench" => match rest {
            [] => bench::table(&root),
            [only] if only == "learn" => bench::learning(&root),
            [first, arguments @ ..] if first == "kernels" => bench::kernels(&root, arguments),
            [first, ..] => Err(unknown(first)),
        },
        "fuzz" => match rest {
            [] => fuzz::run(&root, fuzz::MINUTES),
            [word, minutes] if word == "--minutes" => {
                let minutes = minutes.parse().ok().filter(|minutes| (1..=10_000).contains(minutes));
                let usage = || Error::Usage("--minutes takes a whole number from 1 to 10000".into());
                fuzz::run(&root, minutes.ok_or_else(usage)?)
            }
            [first, ..] => Err(unknown(first)),
        },
        "ci" => none(rest).and_then(|()| ci::run(&root)),
        "deny" => none(rest).and_then(|()| deny::run(&root)),
        "tidy" => none(rest).and_then(|()| tidy::run(&root)),
        "setup" => none(rest).and_then(|()| setup::run(&root, Needs::ALL)),
        _ => Err(unknown(name)),
    }
}

fn serve(root: &std::path::Path, arguments: &[String]) -> Result<()> {
    let mut port = 8080;
    let mut build_page = true;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--no-build" => build_page = false,
            "--port" => {
                port = words
                    .next()
                    .and_then(|n| n.parse().ok())
                    .ok_or_else(|| Error::Usage("--port takes a number from 0 to 65535".into()))?;
            }
            _ => return Err(unknown(word)),
        }
    }
    let dist = root.join("dist");
    if build_page {
        setup::run(root, Needs::PAGE)?;
        // Previews are for other sites.
        build::page(root, &Publication::default())?;
    } else if !dist.join("index.html").is_file() {
        return Err(Error::Usage("dist/ holds no page yet; leave out --no-build".into()));
    }
    let server = Server::start(&dist, "/", port)?;
    println!("\nScorescope is at {}  (Ctrl-C ends it)", server.url());
    server.wait();
    Ok(())
}

fn none(arguments: &[String]) -> Result<()> {
    arguments.first().map_or(Ok(()), |word| Err(unknown(word)))
}

fn unknown(word: &str) -> Error {
    Error::Usage(format!("`{word}` is not understood\n\n{HELP}"))
}
