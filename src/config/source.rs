//! Where values come from: file, environment, command line, in this order.

use super::{
    Config,
    settings::{SETTINGS, Setting},
};
use std::{
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};
use toml_edit::{ImDocument, Item, Table};

/// The places to read, before anything was read.
#[derive(Debug, Default)]
pub struct Sources {
    /// A file that must exist. Without one, `mommycare.toml` is read if there is one.
    pub file: Option<PathBuf>,
    /// Names and values of the environment.
    pub environment: BTreeMap<String, String>,
    /// Names of settings and values from the command line, each with the option that gave it.
    pub command_line: Vec<(&'static str, String, &'static str)>,
}

/// Settings, with the origin of each.
#[derive(Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Things that are worth a word but stop nothing.
    pub warnings: Vec<String>,
    origins: BTreeMap<&'static str, String>,
}

/// Why the start stops.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

/// The file that is read when none is named.
const USUAL_FILE: &str = "mommycare.toml";
/// Names of the environment that are no settings of the catalogue.
const OTHER_NAMES: &[&str] = &["MOMMYCARE_CONFIG", "MOMMYCARE_SETUP_TOKEN"];

impl Sources {
    /// Reads everything and checks it.
    pub fn load(self) -> Result<Loaded, Problem> {
        let mut loaded = Loaded { config: Config::default(), warnings: Vec::new(), origins: BTreeMap::new() };
        match &self.file {
            Some(path) => loaded.read_file(path)?,
            None if Path::new(USUAL_FILE).exists() => loaded.read_file(Path::new(USUAL_FILE))?,
            None => {}
        }
        loaded.read_environment(&self.environment)?;
        for (name, value, option) in &self.command_line {
            loaded.set(name, value, &format!("option {option}"))?;
        }
        let config = &loaded.config;
        for (name, file) in
            [("accounts.jwt_secret", config.accounts.jwt_secret_file.clone()), ("calls.turn_secret", config.calls.turn_secret_file.clone())]
        {
            loaded.read_secret_file(name, file)?;
        }
        loaded.check_calls()?;
        Ok(loaded)
    }
}

impl Loaded {
    /// Every setting with its value and where it came from, for people.
    pub fn lines(&self) -> impl Iterator<Item = (String, String, String)> + '_ {
        SETTINGS.iter().map(|setting| {
            let value = (setting.show)(&self.config);
            let value = if setting.secret && !value.is_empty() { "(hidden)".into() } else { value };
            let origin = self.origins.get(setting.name).cloned().unwrap_or_else(|| "default".into());
            (setting.name.into(), value, origin)
        })
    }

    fn set(&mut self, name: &str, value: &str, origin: &str) -> Result<(), Problem> {
        let setting = find(name).ok_or_else(|| Problem(format!("{origin}: there is no setting “{name}”.{}", similar(name))))?;
        if !(setting.set)(&mut self.config, value) {
            let shown = if setting.secret { "this value".into() } else { format!("“{value}”") };
            return Err(Problem(format!("{origin}: {} must be {}; {shown} is not.", setting.name, setting.allowed)));
        }
        self.origins.insert(setting.name, origin.into());
        Ok(())
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem(format!("{} cannot be read: {}", path.display(), reason(&error))))?;
        let document = ImDocument::parse(text.as_str()).map_err(|error| Problem(format!("{}: {error}", path.display())))?;
        let mut found = Vec::new();
        flatten(document.as_table(), "", &mut found);
        for (name, value, offset) in found {
            let line = text[..offset.min(text.len())].matches('\n').count() + 1;
            self.set(&name, &value, &format!("{} line {line}", path.display()))?;
        }
        Ok(())
    }

    fn read_environment(&mut self, environment: &BTreeMap<String, String>) -> Result<(), Problem> {
        for setting in SETTINGS {
            for name in setting.older.iter().map(ToString::to_string).chain([environment_name(setting)]) {
                if let Some(value) = environment.get(&name) {
                    self.set(setting.name, value, &format!("environment {name}"))?;
                }
            }
        }
        for name in environment.keys().filter(|name| name.starts_with("MOMMYCARE_")) {
            let known = OTHER_NAMES.contains(&name.as_str()) || SETTINGS.iter().any(|setting| environment_name(setting) == *name);
            if !known {
                return Err(Problem(format!("environment {name}: there is no setting of this name.")));
            }
        }
        if environment.contains_key("MONGODB_URI") {
            self.warnings.push("MONGODB_URI is ignored: the database is part of this program, in the data folder.".into());
        }
        Ok(())
    }

    /// A secret from the file that the setting of that name with `_file` names.
    fn read_secret_file(&mut self, name: &str, path: Option<PathBuf>) -> Result<(), Problem> {
        let Some(path) = path else { return Ok(()) };
        let origin = format!("file {}", path.display());
        let secret =
            fs::read_to_string(&path).map_err(|error| Problem(format!("{name}_file: {origin} cannot be read: {}", reason(&error))))?;
        self.set(name, secret.trim(), &origin)
    }

    /// Browsers take no TURN server without a password, and passwords are made with the secret.
    fn check_calls(&self) -> Result<(), Problem> {
        let calls = &self.config.calls;
        if !calls.turn.is_empty() && calls.turn_secret.is_none() {
            return Err(Problem(
                "calls.turn needs calls.turn_secret, the static-auth-secret of that server, or calls.turn_secret_file.".into(),
            ));
        }
        Ok(())
    }
}

fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

fn environment_name(setting: &Setting) -> String {
    format!("MOMMYCARE_{}", setting.name.replace('.', "__").to_ascii_uppercase())
}

/// Settings whose last part is the same, as a hint for a misplaced name.
fn similar(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let found: Vec<_> = SETTINGS.iter().map(|setting| setting.name).filter(|known| known.rsplit('.').next() == Some(last)).collect();
    if found.is_empty() { String::new() } else { format!(" Did you mean {}?", found.join(" or ")) }
}

/// Collects dotted names, values as texts, and where in the file they stand.
fn flatten(table: &Table, prefix: &str, out: &mut Vec<(String, String, usize)>) {
    for (key, item) in table {
        let name = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        let offset = table.key(key).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
        match item {
            Item::Table(inner) => flatten(inner, &name, out),
            Item::Value(value) => out.push((name, plain(value), offset)),
            _ => out.push((name, String::new(), offset)),
        }
    }
}

fn plain(value: &toml_edit::Value) -> String {
    match value {
        toml_edit::Value::String(text) => text.value().clone(),
        toml_edit::Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string().trim().to_owned(),
    }
}

/// The usual failures in words, others as the system says them.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".into(),
        io::ErrorKind::PermissionDenied => "no permission".into(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Sources { environment, ..Sources::default() }
    }

    fn file(text: &str) -> Result<Loaded, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.toml");
        fs::write(&path, text).unwrap();
        Sources { file: Some(path), ..Sources::default() }.load()
    }

    #[test]
    fn later_places_win() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.toml");
        fs::write(&path, "[server]\nport = 1\naddress = \"0.0.0.0\"\n").unwrap();
        let mut sources = environment(&[("PORT", "2"), ("MOMMYCARE_SERVER__PORT", "3")]);
        sources.file = Some(path);
        let loaded = sources.load().unwrap();
        assert_eq!((loaded.config.server.port, loaded.config.server.address.to_string()), (3, "0.0.0.0".into()));

        let mut sources = environment(&[("PORT", "2")]);
        sources.command_line = vec![("server.port", "4".into(), "--port")];
        assert_eq!(sources.load().unwrap().config.server.port, 4);
    }

    #[test]
    fn a_wrong_value_names_itself_its_place_and_what_is_allowed() {
        let error = environment(&[("PORT", "http")]).load().unwrap_err().to_string();
        assert_eq!(error, "environment PORT: server.port must be a port from 0 to 65535; 0 takes any free one; “http” is not.");
        let error = file("data = \"x\"\n\n[accounts]\nbcrypt_cost = 99\n").unwrap_err().to_string();
        assert!(error.contains("line 4: accounts.bcrypt_cost must be a number from 4 to 15"), "{error}");
        let error = environment(&[("JWT_SECRET", "hunter2")]).load().unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn unknown_names_stop_the_start() {
        let error = file("port = 5000\n").unwrap_err().to_string();
        assert!(error.contains("there is no setting “port”. Did you mean server.port?"), "{error}");
        assert!(environment(&[("MOMMYCARE_PROT", "1")]).load().is_err());
        assert!(environment(&[("MOMMYCARE_CONFIG", "x"), ("NODE_ENV", "production")]).load().is_ok());
    }

    #[test]
    fn a_relay_needs_a_secret() {
        let relay = ("MOMMYCARE_CALLS__TURN", "turn:10.0.0.2:3478?transport=udp,turns:[::1]:5349");
        assert!(environment(&[relay]).load().unwrap_err().to_string().contains("calls.turn_secret"));
        let loaded = environment(&[relay, ("MOMMYCARE_CALLS__TURN_SECRET", "a river runs north")]).load().unwrap();
        assert_eq!(loaded.config.calls.turn.len(), 2);
        assert!(loaded.lines().all(|(_, value, _)| !value.contains("river")));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        fs::write(&path, "a river runs south\n").unwrap();
        let loaded = environment(&[relay, ("MOMMYCARE_CALLS__TURN_SECRET_FILE", path.to_str().unwrap())]).load().unwrap();
        assert_eq!(loaded.config.calls.turn_secret.as_deref(), Some("a river runs south"));
        for wrong in ["turn.example.org", "turn:", "turn:a b", "turn:x?transport=sctp", "http://x"] {
            assert!(
                environment(&[("MOMMYCARE_CALLS__TURN", wrong)]).load().unwrap_err().to_string().contains("calls.turn must be"),
                "{wrong}"
            );
        }
        assert!(environment(&[("MOMMYCARE_CALLS__STUN", "stun:x?transport=udp")]).load().is_err());
    }

    #[test]
    fn an_old_database_address_is_worth_one_warning() {
        assert_eq!(environment(&[("MONGODB_URI", "mongodb://localhost")]).load().unwrap().warnings.len(), 1);
    }
}
