//! Answers in the contract's shape.

use super::request_id::RequestId;
use crate::error::{Code, Error, Result};
use rocket::{
    Request, Response,
    http::{ContentType, Status},
    response::{self, Responder},
};
use serde::Serialize;
use serde_json::{json, value::RawValue};
use std::io::Cursor;

/// A successful answer: `{"success":true,"status":"success","data":…}` and what stands beside it.
pub struct Answer {
    status: Status,
    members: Vec<(&'static str, Box<RawValue>)>,
}

impl Answer {
    /// 200 with data.
    pub fn ok(data: &(impl Serialize + ?Sized)) -> Result<Self> {
        Self { status: Status::Ok, members: Vec::new() }.top("data", data)
    }

    /// 201 with data.
    pub fn created(data: &(impl Serialize + ?Sized)) -> Result<Self> {
        Ok(Self { status: Status::Created, ..Self::ok(data)? })
    }

    /// 200 with a sentence. There is nothing else to say, so `data` is empty.
    pub fn done(message: &str) -> Result<Self> {
        Self::ok(&json!({}))?.top("message", message)
    }

    /// Puts a member beside `data`, where the contract repeats one.
    pub fn top(mut self, name: &'static str, value: &(impl Serialize + ?Sized)) -> Result<Self> {
        let raw = serde_json::value::to_raw_value(value).map_err(|error| {
            tracing::error!(%error, name, "an answer cannot be written as JSON");
            Error::new(Code::Internal)
        })?;
        self.members.push((name, raw));
        Ok(self)
    }

    /// Where this list stands in the whole one.
    pub fn page(self, page: &impl Serialize) -> Result<Self> {
        self.top("pagination", page)
    }
}

impl<'r> Responder<'r, 'static> for Answer {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let size: usize = self.members.iter().map(|(name, value)| name.len() + value.get().len() + 4).sum();
        let mut body = String::with_capacity(size + 40);
        body.push_str(r#"{"success":true,"status":"success""#);
        for (name, value) in &self.members {
            body.push_str(",\"");
            body.push_str(name);
            body.push_str("\":");
            body.push_str(value.get());
        }
        body.push('}');
        json_response(self.status, body)
    }
}

impl<'r> Responder<'r, 'static> for Error {
    fn respond_to(mut self, request: &'r Request<'_>) -> response::Result<'static> {
        let status = Status::new(self.code.status());
        if status.code >= 500 {
            // Beside it stands at most which file of the client's own it was about.
            let file = self.details.get("file").cloned();
            self.details = json!({ "requestId": RequestId::of(request).as_str() });
            if let (Some(file), Some(details)) = (file, self.details.as_object_mut()) {
                details.insert("file".into(), file);
            }
        }
        let mut response = json_response(status, self.body().to_string())?;
        if let Some(seconds) = self.retry_after {
            response.set_raw_header("Retry-After", seconds.to_string());
        }
        if status == Status::Unauthorized {
            response.set_raw_header("WWW-Authenticate", "Bearer");
        }
        Ok(response)
    }
}

fn json_response(status: Status, body: String) -> response::Result<'static> {
    Response::build().status(status).header(ContentType::JSON).sized_body(body.len(), Cursor::new(body)).ok()
}
