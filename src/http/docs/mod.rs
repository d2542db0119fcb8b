//! The API document, and the same as a page. Kept by hand; a test holds it against the routes.

use super::operator::Operator;
use crate::error::{Code, Result};
use rocket::{
    Route, get,
    response::content::{RawCss, RawHtml, RawJson},
    routes,
};
use serde_json::Value;
use std::fmt::Write as _;

/// OpenAPI 3.1.
const DOCUMENT: &str = include_str!("openapi.json");

/// The routes of the document.
pub fn routes() -> Vec<Route> {
    routes![page, style, document]
}

#[get("/api-docs/openapi.json")]
fn document(_operator: Operator) -> RawJson<&'static str> {
    RawJson(DOCUMENT)
}

#[get("/api-docs/page.css")]
fn style(_operator: Operator) -> RawCss<&'static str> {
    RawCss(include_str!("page.css"))
}

#[get("/api-docs")]
fn page(_operator: Operator) -> Result<RawHtml<String>> {
    let document: Value = serde_json::from_str(DOCUMENT).map_err(|_| Code::Internal)?;
    render(&document).map(RawHtml).ok_or_else(|| Code::Internal.into())
}

/// The document as a plain page: each operation with what it takes.
fn render(document: &Value) -> Option<String> {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>MommyCare API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"/css/tokens.css\"><link rel=\"stylesheet\" href=\"/api-docs/page.css\"></head><body><main>\
         <h1>MommyCare API</h1><p>The whole of it: <a href=\"/api-docs/openapi.json\">openapi.json</a> (OpenAPI 3.1).</p>",
    );
    for tag in document["tags"].as_array()? {
        let tag = tag["name"].as_str()?;
        write!(page, "<h2>{tag}</h2><dl>").ok()?;
        for (path, methods) in document["paths"].as_object()? {
            for (method, operation) in methods.as_object()?.iter().filter(|(_, operation)| operation["tags"][0] == tag) {
                let summary = operation["summary"].as_str()?;
                write!(page, "<dt><b>{}</b> <code>{path}</code></dt><dd>{summary}{}</dd>", method.to_uppercase(), inputs(operation))
                    .ok()?;
            }
        }
        page.push_str("</dl>");
    }
    page.push_str("</main></body></html>");
    Some(page)
}

/// The names that an operation takes, those in the query first.
fn inputs(operation: &Value) -> String {
    let query = operation["parameters"].as_array().into_iter().flatten().filter(|input| input["in"] == "query");
    let query = query.filter_map(|input| input["name"].as_str()).map(|name| format!("?{name}"));
    let body = operation["requestBody"]["content"]["application/json"]["schema"]["properties"].as_object();
    let names: Vec<_> = query.chain(body.into_iter().flat_map(serde_json::Map::keys).cloned()).collect();
    if names.is_empty() { String::new() } else { format!("<br><small>{}</small>", names.join(" · ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_and_the_routes_name_the_same_operations() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let described: BTreeSet<String> = document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase())))
            .collect();
        // Files for the browser are no operations.
        let is_file = |route: &Route| route.uri.as_str().contains("..") || route.uri.as_str().contains(".css");
        let mounted = super::super::routes().into_iter().filter(|route| !is_file(route));
        let mounted: BTreeSet<String> =
            mounted.map(|route| format!("{} {}", route.method, route.uri.path().replace('<', "{").replace('>', "}"))).collect();
        assert_eq!(described, mounted);
    }

    #[test]
    fn every_code_of_an_error_is_described() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let described = document["components"]["schemas"]["Error"]["properties"]["code"]["enum"].as_array().unwrap();
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(described, &codes);
    }

    #[test]
    fn the_page_shows_every_operation() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let page = render(&document).unwrap();
        for path in document["paths"].as_object().unwrap().keys() {
            assert!(page.contains(path.as_str()), "{path}");
        }
    }
}
