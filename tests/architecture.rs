//! The rules of the house, read from the sources: who may name whom, no globals, files of a size that one reads in a sitting,
//! and every setting explained where an operator looks. A failure says the rule and the place.
#![allow(clippy::unwrap_used)]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Who may name something. `what` is the beginning of a path, `Who` says where it may stand.
struct Rule {
    says: &'static str,
    what: &'static [&'static str],
    who: Who,
}

/// Files and folders below `src/`.
enum Who {
    /// Nobody but these.
    Only(&'static [&'static str]),
    /// Everybody but these.
    Not(&'static [&'static str]),
}

const ABOVE_THE_STORE: &[&str] = &[
    "crate::accounts",
    "crate::app",
    "crate::audit",
    "crate::chat",
    "crate::cli",
    "crate::contract",
    "crate::http",
    "crate::metrics",
    "crate::realtime",
    "crate::reviews",
    "crate::socketio",
];

const RULES: &[Rule] = &[
    Rule { says: "only store/sled.rs knows the engine", what: &["sled"], who: Who::Only(&["store/sled.rs"]) },
    Rule { says: "only store/codec.rs knows how records are written", what: &["bincode"], who: Who::Only(&["store/codec.rs"]) },
    Rule {
        says: "only the doors and the wiring know Rocket",
        what: &["rocket", "ws"],
        who: Who::Only(&["http/", "app.rs", "socketio/mount.rs"]),
    },
    Rule { says: "the protocol engine could stand alone", what: &["crate"], who: Who::Not(&["socketio/"]) },
    Rule {
        says: "rules know no door: neither routes nor sockets",
        what: &["crate::http", "crate::realtime", "crate::socketio", "crate::app", "crate::cli"],
        who: Who::Not(&["accounts/", "calls/", "care/", "chat/", "files/", "reviews/"]),
    },
    Rule { says: "the store knows nothing above it", what: ABOVE_THE_STORE, who: Who::Not(&["store/"]) },
    Rule { says: "search knows words and tables, and neither rules nor the wire", what: ABOVE_THE_STORE, who: Who::Not(&["search/"]) },
    Rule {
        says: "of the store, the wire's shapes know the words of records and no more",
        what: &["crate::store"],
        who: Who::Not(&["contract/"]),
    },
    Rule {
        says: "the shapes of the wire know no rules and no doors",
        what: &[
            "crate::accounts",
            "crate::app",
            "crate::chat",
            "crate::cli",
            "crate::http",
            "crate::realtime",
            "crate::reviews",
            "crate::socketio",
        ],
        who: Who::Not(&["contract/"]),
    },
    Rule {
        says: "leaves know nobody",
        what: &[
            "crate::accounts",
            "crate::app",
            "crate::chat",
            "crate::cli",
            "crate::http",
            "crate::realtime",
            "crate::reviews",
            "crate::socketio",
        ],
        who: Who::Not(&["ids.rs", "clock.rs", "fold.rs", "error.rs", "config/"]),
    },
    Rule {
        says: "calls build on conversations, which know nothing of them",
        what: &["crate::calls"],
        who: Who::Not(&["chat/", "accounts/", "files/"]),
    },
    Rule {
        says: "appointments build on conversations, which know nothing of them",
        what: &["crate::care"],
        who: Who::Not(&["chat/", "calls/", "accounts/", "files/"]),
    },
    Rule {
        says: "reviews build on conversations, and nobody but the doors knows of them",
        what: &["crate::reviews"],
        who: Who::Not(&["chat/", "accounts/", "files/", "calls/", "care/"]),
    },
    Rule {
        says: "reviews know conversations, and nothing of calls, appointments and files",
        what: &["crate::calls", "crate::care", "crate::files", "crate::search"],
        who: Who::Not(&["reviews/"]),
    },
    Rule {
        says: "conversations, calls, appointments and reviews do no I/O, read no clock and draw no random numbers",
        what: &["std::fs", "std::net", "std::time::SystemTime", "std::time::Instant", "tokio::fs", "tokio::net", "rand"],
        who: Who::Not(&["calls/", "care/", "chat/", "reviews/"]),
    },
    Rule {
        says: "the doors go through the rules, not to the tables",
        what: &["crate::store::tables"],
        who: Who::Not(&["http/", "realtime/"]),
    },
    Rule { says: "only the door knows TLS and certificates", what: &["tokio_rustls", "rustls", "rcgen"], who: Who::Only(&["tls/"]) },
    Rule { says: "the door knows nothing of what goes through it", what: ABOVE_THE_STORE, who: Who::Not(&["tls/"]) },
    Rule {
        says: "files know no conversations; who sees a message is handed in",
        what: &["crate::chat", "crate::accounts"],
        who: Who::Not(&["files/"]),
    },
    Rule {
        says: "what is written down about files does no I/O, reads no clock and draws no random numbers",
        what: &["std::fs", "std::net", "std::time::SystemTime", "std::time::Instant", "tokio", "rand"],
        who: Who::Not(&["files/ledger.rs", "files/documents.rs", "files/view.rs", "files/format.rs", "files/name.rs"]),
    },
    Rule {
        says: "everybody writes to the audit log, which knows nobody of them",
        what: &[
            "crate::accounts",
            "crate::app",
            "crate::calls",
            "crate::chat",
            "crate::cli",
            "crate::files",
            "crate::http",
            "crate::realtime",
            "crate::socketio",
        ],
        who: Who::Not(&["audit/"]),
    },
    Rule {
        says: "what is written into the audit log does no I/O, reads no clock and draws no random numbers",
        what: &["std::fs", "std::net", "std::time::SystemTime", "std::time::Instant", "tokio", "rand"],
        who: Who::Not(&["audit/ledger.rs", "audit/list.rs", "audit/marks.rs", "audit/verify.rs"]),
    },
    Rule { says: "only the wiring and the command line name the wiring", what: &["crate::app"], who: Who::Only(&["cli/", "app.rs"]) },
    Rule { says: "only main names the command line", what: &["crate::cli"], who: Who::Only(&["main.rs", "cli/"]) },
];

/// Paths that are fine all the same, each with its reason.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("socketio/", "crate::socketio", "itself"),
    ("contract/", "crate::store::records", "the words for roles and states are the same in records and on the wire"),
    ("store/", "sled::Sled", "the store's own module of that name"),
];

/// Values that live as long as the process. Each is made once from what is compiled in and never changes.
const GLOBALS: &[(&str, &str)] = &[("http/assets.rs", "the compressed assets"), ("accounts/password.rs", "the list of common passwords")];

/// Files that may be longer, and why.
const LONG: &[(&str, &str)] = &[];

/// The most lines of a file.
const LINES: usize = 450;

#[test]
fn everybody_names_only_whom_they_may() {
    let mut found = String::new();
    for file in sources() {
        for (line, path) in file.paths() {
            for rule in RULES.iter().filter(|rule| rule.forbids(&file.name, &path)) {
                writeln!(found, "src/{}:{line} names {path}, but {}", file.name, rule.says).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn there_are_no_globals() {
    let mut found = String::new();
    for file in sources() {
        for (line, text) in file.lines() {
            let global = ["static mut ", "OnceLock", "LazyLock", "OnceCell", "LazyCell", "thread_local!", "lazy_static"];
            let is_global = global.iter().any(|word| text.contains(word));
            if is_global && !GLOBALS.iter().any(|(name, _)| *name == file.name) {
                writeln!(found, "src/{}:{line} makes a global; what lives long is made in app.rs and handed in", file.name).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

#[test]
fn files_are_short_enough_to_be_read() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|file| (fs::read_to_string(&file.path).unwrap().lines().count(), file.name))
        .filter(|(lines, name)| *lines > LINES && !LONG.iter().any(|(long, _)| long == name))
        .map(|(lines, name)| format!("src/{name} has {lines} lines; {LINES} is the most"))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| !fs::read_to_string(&file.path).unwrap().starts_with("//!"))
        .map(|file| format!("src/{} does not begin with a sentence on what it is for", file.name))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn every_setting_is_explained_in_the_sample_file() {
    let catalogue = fs::read_to_string(root().join("src/config/settings.rs")).unwrap();
    let (_, rest) = catalogue.split_once("\nsettings! {").unwrap();
    let names: Vec<&str> =
        rest.split_once("\n}").unwrap().0.lines().filter_map(|line| line.strip_prefix("    \"")?.split('"').next()).collect();
    assert!(names.len() > 20, "the catalogue is read: {names:?}");
    let sample = fs::read_to_string(root().join("mommycare.toml")).unwrap();
    let lines: Vec<&str> = sample.lines().collect();
    for name in names {
        let (group, key) = name.rsplit_once('.').unwrap_or(("", name));
        let start = lines.iter().position(|line| group.is_empty() || line.trim_start_matches("# ") == format!("[{group}]"));
        let start = start.unwrap_or_else(|| panic!("mommycare.toml has no part [{group}]"));
        let at = lines[start..].iter().position(|line| line.starts_with(&format!("# {key} = ")));
        let at = start + at.unwrap_or_else(|| panic!("mommycare.toml does not show {name}"));
        let is_words = |line: &str| line.strip_prefix("# ").is_some_and(|words| words.contains(' ') && !words.contains(" = "));
        let explained =
            lines[at].matches('#').count() > 1 || lines[..at].iter().rev().take_while(|line| !line.is_empty()).any(|line| is_words(line));
        assert!(explained, "mommycare.toml line {}: nothing says what {name} is for", at + 1);
    }
}

#[test]
fn the_reader_of_this_test_reads_right() {
    let file = Source {
        path: PathBuf::new(),
        name: "chat/marks.rs".into(),
        text: plain(
            "//! sled::no\nuse super::{Seat, view::{self, Receipt}};\npub use std::{fmt, fs::File as _};\n\
             fn f<'a>(c: char) -> &'a str { let _ = ('\"', '\\'', r#\"sled::no \" \"#); /* bincode::no */ crate::http::Answer::ok; sled::open() }\n\
             #[cfg(test)]\nmod tests { use rocket::Route; }\nuse rand;\n",
        ),
    };
    let paths = file.paths();
    let expected = [
        (2, "crate::chat::Seat"),
        (2, "crate::chat::view"),
        (2, "crate::chat::view::Receipt"),
        (3, "std::fmt"),
        (3, "std::fs::File"),
        (4, "crate::http::Answer::ok"),
        (4, "sled::open"),
        (7, "rand"),
    ];
    assert_eq!(paths, expected.map(|(line, path)| (line, path.to_owned())), "{}", file.text);
    let broken = |name: &str, path: &str| RULES.iter().filter(|rule| rule.forbids(name, path)).count();
    assert_eq!(
        (broken("chat/marks.rs", "sled::open"), broken("store/sled.rs", "sled::Db"), broken("store/mod.rs", "sled::open")),
        (1, 0, 1)
    );
    assert_eq!((broken("socketio/mount.rs", "rocket::Route"), broken("socketio/link.rs", "rocket::Route")), (0, 1));
    assert_eq!((broken("socketio/link.rs", "crate::ids::UserId"), broken("socketio/link.rs", "crate::socketio::Frame")), (1, 0));
    assert_eq!((broken("contract/page.rs", "crate::store::records::Role"), broken("contract/page.rs", "crate::store::Record")), (0, 1));
}

impl Rule {
    fn forbids(&self, file: &str, path: &str) -> bool {
        let within = |part: &&str| if part.ends_with('/') { file.starts_with(*part) } else { file == *part };
        let begins = |what: &str| path == what || path.strip_prefix(what).is_some_and(|rest| rest.starts_with("::"));
        let concerns = match self.who {
            Who::Only(who) => !who.iter().any(&within),
            Who::Not(who) => who.iter().any(&within),
        };
        concerns && self.what.iter().any(|what| begins(what)) && !ALLOWED.iter().any(|(part, path, _)| within(part) && begins(path))
    }
}

/// A file of `src/`, without comments, texts and unit tests; what remains stands on its line.
struct Source {
    path: PathBuf,
    name: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of the program; unit tests in files of their own are left out.
fn sources() -> Vec<Source> {
    let mut sources = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root().join("src")).unwrap().to_str().unwrap().to_owned();
            let is_test = name.ends_with("/tests.rs") || name.ends_with("_tests.rs") || name.contains("/tests/");
            if path.is_dir() {
                folders.push(path);
            } else if Path::new(&name).extension().is_some_and(|extension| extension == "rs") && !is_test {
                let text = plain(&fs::read_to_string(&path).unwrap());
                sources.push(Source { path, name, text });
            }
        }
    }
    assert!(sources.len() > 40, "the sources are found");
    sources.sort_by(|a, b| a.name.cmp(&b.name));
    sources
}

impl Source {
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The module that the file is, from the root of the crate.
    fn module(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.name.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        parts
    }

    /// Every path that the file names, from the root of its crate, with the line.
    fn paths(&self) -> Vec<(usize, String)> {
        let mut paths = Vec::new();
        let text = &self.text;
        let mut at = 0;
        while let Some(found) = text[at..].find(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let start = at + found;
            let length = text[start..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len() - start);
            let word = &text[start..start + length];
            at = start + length;
            let line = || text[..start].matches('\n').count() + 1;
            if word == "use" {
                let tree = text[at..].split(';').next().unwrap();
                expand("", tree, &mut |path| paths.push((line(), self.relative(path))));
                at += tree.len();
            } else if text[at..].starts_with("::") && !text[..start].ends_with("::") {
                let length = text[start..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':').unwrap_or(text.len() - start);
                let path = text[start..start + length].trim_end_matches(':');
                paths.push((line(), self.relative(path)));
                at = start + length;
            }
        }
        paths
    }

    fn relative(&self, path: &str) -> String {
        let mut module = self.module();
        let mut parts: Vec<&str> = path.split("::").collect();
        if !matches!(parts[0], "self" | "super") {
            return path.to_owned();
        }
        while matches!(parts.first(), Some(&("self" | "super"))) {
            if parts.remove(0) == "super" {
                module.pop();
            }
        }
        ["crate"].into_iter().chain(module).chain(parts).collect::<Vec<_>>().join("::")
    }
}

/// Gives every path of a `use` tree.
fn expand(prefix: &str, tree: &str, give: &mut impl FnMut(&str)) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let prefix = format!("{prefix}{}", head.trim());
        let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
        let (mut depth, mut start) = (0, 0);
        for (index, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&prefix, &group[start..index], give);
                    start = index + 1;
                }
                _ => {}
            }
        }
        expand(&prefix, &group[start..], give);
    } else if !tree.is_empty() {
        let path = tree.split(" as ").next().unwrap().trim();
        let path = if path == "self" { prefix.trim_end_matches(':').to_owned() } else { format!("{prefix}{path}") };
        give(&path);
    }
}

/// Blanks comments, texts and unit tests, keeping the lines.
fn plain(source: &str) -> String {
    let mut text = source.as_bytes().to_vec();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (skip, blank) = if rest.starts_with(b"//") {
            (rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()), true)
        } else if rest.starts_with(b"/*") {
            (end(rest, b"*/", 2), true)
        } else if let Some(fence) = raw_fence(rest) {
            (end(rest, &fence, fence.len() + 1), true)
        } else if rest[0] == b'"' {
            (quoted(rest, b'"'), true)
        } else if rest[0] == b'\''
            && (rest.get(1) == Some(&b'\\') || rest.get(2) == Some(&b'\'') || rest.get(1).is_some_and(|b| *b >= 0x80))
        {
            (quoted(rest, b'\''), true)
        } else {
            (1, false)
        };
        if blank {
            text[at..at + skip].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        }
        at += skip;
    }
    without_tests(String::from_utf8(text).unwrap())
}

/// The end mark of a raw text that begins here.
fn raw_fence(rest: &[u8]) -> Option<Vec<u8>> {
    let hashes = rest.strip_prefix(b"r")?;
    let count = hashes.iter().take_while(|b| **b == b'#').count();
    (hashes.get(count) == Some(&b'"')).then(|| [&b"\""[..], &vec![b'#'; count]].concat())
}

/// How long something is that ends with `mark`; the first `from` bytes are its beginning.
fn end(rest: &[u8], mark: &[u8], from: usize) -> usize {
    let found = rest.get(from..).and_then(|tail| tail.windows(mark.len()).position(|window| window == mark));
    found.map_or(rest.len(), |found| from + found + mark.len())
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// Blanks `#[cfg(test)]` modules.
fn without_tests(mut text: String) -> String {
    while let Some(start) = text.find("#[cfg(test)]") {
        let rest = &text[start..];
        let opening = rest.find('{').unwrap_or(rest.len());
        let semicolon = rest.find(';').unwrap_or(rest.len());
        let mut length = semicolon.min(rest.len());
        if opening < semicolon {
            let mut depth = 0;
            length = rest.len();
            for (index, c) in rest.char_indices() {
                depth += i32::from(c == '{') - i32::from(c == '}');
                if c == '}' && depth == 0 {
                    length = index + 1;
                    break;
                }
            }
        }
        let blank: String = rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        text.replace_range(start..start + length, &blank);
    }
    text
}
