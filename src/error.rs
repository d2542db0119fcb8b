//! Outcomes that are not success: one enum, one table of code and status, for every door.

use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;

/// Everything that an operation can answer instead of its result.
#[derive(Debug, Clone, PartialEq)]
pub struct Error {
    /// What kind of failure; decides status and code.
    pub code: Code,
    /// One sentence for a person: which field is wrong and what is allowed. Never internals.
    pub message: String,
    /// For programs. Always an object.
    pub details: Value,
    /// After how many seconds another try makes sense, for 429 and 503.
    pub retry_after: Option<u64>,
}

/// A field of the input and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name on the wire; dots lead into nested objects.
    pub field: String,
    /// What is allowed.
    pub message: String,
}

macro_rules! codes {
    ($($variant:ident $name:literal $status:literal $message:literal;)*) => {
        /// The codes of the contract, each with its HTTP status and its usual sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // The name on the wire says it.
        pub enum Code { $($variant),* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// The usual sentence, where nothing more exact is known.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $message),* }
            }
        }
    };
}

codes! {
    Validation "VALIDATION_ERROR" 400 "Some of the input is not valid.";
    InvalidJson "INVALID_JSON" 400 "The body is not valid JSON.";
    Unauthorized "UNAUTHORIZED" 401 "Please sign in.";
    TokenExpired "TOKEN_EXPIRED" 401 "Your sign-in has expired. Please sign in again.";
    TokenRevoked "TOKEN_REVOKED" 401 "This sign-in has ended. Please sign in again.";
    InvalidCredentials "INVALID_CREDENTIALS" 401 "E-mail or password is not right.";
    AccountLocked "ACCOUNT_LOCKED" 429 "Too many wrong passwords. Please wait before you try again.";
    AccountDisabled "ACCOUNT_DISABLED" 403 "This account is switched off. Please ask the clinic.";
    VerificationPending "VERIFICATION_PENDING" 403 "This account waits for the clinic's approval.";
    Forbidden "FORBIDDEN" 403 "You may not do this.";
    NotFound "NOT_FOUND" 404 "There is nothing here.";
    ConversationNotFound "CONVERSATION_NOT_FOUND" 404 "There is no such conversation.";
    MessageNotFound "MESSAGE_NOT_FOUND" 404 "There is no such message.";
    UserNotFound "USER_NOT_FOUND" 404 "There is no such person.";
    FileNotFound "FILE_NOT_FOUND" 404 "There is no such file.";
    EmailInUse "EMAIL_IN_USE" 409 "An account with this e-mail exists already.";
    Conflict "CONFLICT" 409 "This does not fit the present state.";
    EditWindowExpired "EDIT_WINDOW_EXPIRED" 409 "This message is too old to be edited.";
    RequestTimeout "REQUEST_TIMEOUT" 408 "The request did not arrive in time.";
    FileTooLarge "FILE_TOO_LARGE" 413 "The file is too large.";
    TooManyFiles "TOO_MANY_FILES" 400 "Too many files at once.";
    UnsupportedFileType "UNSUPPORTED_FILE_TYPE" 415 "Files of this type are not accepted.";
    FileContentMismatch "FILE_CONTENT_MISMATCH" 415 "The file is not what its name says.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" 415 "The body must be application/json.";
    PayloadTooLarge "PAYLOAD_TOO_LARGE" 413 "The request is too large.";
    QuotaExceeded "QUOTA_EXCEEDED" 413 "Your space for files is used up.";
    RateLimited "RATE_LIMITED" 429 "Too many requests. Please wait a moment.";
    StorageFull "STORAGE_FULL" 503 "The server's disk is full. Nothing was saved.";
    Unavailable "UNAVAILABLE" 503 "The server is not ready. Please try again.";
    Internal "INTERNAL_ERROR" 500 "Something went wrong on the server.";
}

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with its usual sentence.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self::with(code, code.sentence())
    }

    /// An error with a sentence of its own.
    pub fn with(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: json!({}), retry_after: None }
    }

    /// One field that is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(&[FieldError { field: field.into(), message: message.into() }])
    }

    /// Several fields that are wrong. The message names them, since existing clients show nothing else.
    #[must_use]
    pub fn fields(errors: &[FieldError]) -> Self {
        let message = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect::<Vec<_>>().join("; ");
        Self { details: json!({ "errors": errors }), ..Self::with(Code::Validation, message) }
    }

    /// Says after how many seconds another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// The body of the answer in the contract's shape.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut details = self.details.clone();
        // Where no field of it is wrong, it is the whole.
        if self.code == Code::Validation && details.get("errors").is_none() {
            details = json!({ "errors": [{ "field": "request", "message": self.message }] });
        }
        // Sockets have no header for it.
        if let (Some(seconds), Some(details)) = (self.retry_after, details.as_object_mut()) {
            details.insert("retryAfter".into(), seconds.into());
        }
        json!({ "success": false, "status": "error", "message": self.message, "code": self.code.name(), "details": details })
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.name(), self.message)
    }
}

impl std::error::Error for Error {}
