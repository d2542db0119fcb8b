//! Which web pages may connect. Browsers do not apply their same-origin rule to a `WebSocket`, so the server must.

/// The allowed origins. A request without an `Origin` header does not come from a web page of another site and is
/// allowed; so is one from the server's own host.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    listed: Vec<String>,
    any: bool,
}

/// What to do with the origin of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The page comes from this server, or it is no page.
    Same,
    /// Another site, and it is allowed: the answer must carry the CORS headers.
    Cross,
    /// Another site, not allowed.
    Refused,
}

impl Origins {
    /// Only pages of this server.
    #[must_use]
    pub fn same_only() -> Self {
        Self::default()
    }

    /// Pages of this server and of these origins, each written as `scheme://host[:port]`.
    pub fn listed<T: AsRef<str>>(origins: impl IntoIterator<Item = T>) -> Self {
        Self { listed: origins.into_iter().map(|origin| normal(origin.as_ref())).collect(), any: false }
    }

    /// Pages of all sites; for tests and for servers without accounts.
    #[must_use]
    pub fn any() -> Self {
        Self { listed: Vec::new(), any: true }
    }

    /// Judges a request by its `Origin` and `Host` headers.
    #[must_use]
    pub fn judge(&self, origin: Option<&str>, host: Option<&str>) -> Verdict {
        let Some(origin) = origin.map(normal) else { return Verdict::Same };
        if self.any || self.listed.contains(&origin) {
            return Verdict::Cross;
        }
        match (origin.split_once("://"), host) {
            (Some((scheme, authority)), Some(host))
                if without_default_port(scheme, authority) == without_default_port(scheme, &host.to_ascii_lowercase()) =>
            {
                Verdict::Same
            }
            _ => Verdict::Refused,
        }
    }
}

fn normal(origin: &str) -> String {
    let origin = origin.trim().trim_end_matches('/').to_ascii_lowercase();
    match origin.split_once("://") {
        Some((scheme, authority)) => format!("{scheme}://{}", without_default_port(scheme, authority)),
        None => origin,
    }
}

fn without_default_port<'a>(scheme: &str, authority: &'a str) -> &'a str {
    let port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return authority,
    };
    authority.strip_suffix(port).unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_own_pages_and_programs_are_allowed() {
        let origins = Origins::same_only();
        let judge = |origin, host| origins.judge(origin, host);
        assert_eq!(judge(None, Some("clinic.lan:5000")), Verdict::Same);
        assert_eq!(judge(Some("http://clinic.lan:5000"), Some("clinic.lan:5000")), Verdict::Same);
        assert_eq!(judge(Some("https://Clinic.lan"), Some("clinic.LAN:443")), Verdict::Same);
        assert_eq!(judge(Some("http://clinic.lan:80"), Some("clinic.lan")), Verdict::Same);
        for origin in ["http://clinic.lan:5001", "http://evil.example", "null", "", "http://clinic.lan:5000.evil"] {
            assert_eq!(judge(Some(origin), Some("clinic.lan:5000")), Verdict::Refused, "{origin}");
        }
        assert_eq!(judge(Some("http://clinic.lan"), None), Verdict::Refused);
    }

    #[test]
    fn listed_origins_are_allowed_exactly() {
        let origins = Origins::listed(["http://localhost:3000/", "https://App.example"]);
        let judge = |origin| origins.judge(Some(origin), Some("clinic.lan"));
        assert_eq!(judge("http://localhost:3000"), Verdict::Cross);
        assert_eq!(judge("https://app.example:443"), Verdict::Cross);
        assert_eq!(judge("http://app.example"), Verdict::Refused);
        assert_eq!(judge("https://app.example.evil"), Verdict::Refused);
        assert_eq!(judge("http://clinic.lan"), Verdict::Same);
    }
}
