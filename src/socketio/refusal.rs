//! Answers to requests that the engine does not serve, in the shape that Engine.IO clients know.

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The `transport` is neither `polling` nor `websocket`.
    UnknownTransport,
    /// There is no such session, or not any more, or it has left polling.
    UnknownSession,
    /// A method that means nothing here.
    BadMethod,
    /// The request is not well-formed.
    BadRequest,
    /// The page that asks comes from an origin that is not allowed.
    OriginNotAllowed,
    /// `EIO` is not 4.
    UnsupportedVersion,
    /// The body did not arrive in time.
    TooSlow,
    /// The body is larger than `max_payload`.
    TooLarge,
    /// All sessions that one address may have are open.
    TooManyFromAddress,
    /// All sessions are open.
    Full,
    /// The server is shutting down.
    ShuttingDown,
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownTransport | Self::UnknownSession | Self::BadMethod | Self::BadRequest | Self::UnsupportedVersion => 400,
            Self::OriginNotAllowed => 403,
            Self::TooSlow => 408,
            Self::TooLarge => 413,
            Self::TooManyFromAddress => 429,
            Self::Full | Self::ShuttingDown => 503,
        }
    }

    /// The number that Engine.IO gives to this error; 4 is "forbidden" and stands for all that it has no number for.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::UnknownTransport => 0,
            Self::UnknownSession => 1,
            Self::BadMethod => 2,
            Self::BadRequest | Self::TooSlow | Self::TooLarge => 3,
            Self::OriginNotAllowed | Self::TooManyFromAddress | Self::Full | Self::ShuttingDown => 4,
            Self::UnsupportedVersion => 5,
        }
    }

    /// A sentence for people who read logs of clients.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSession => "Session ID unknown",
            Self::BadMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::OriginNotAllowed => "Origin not allowed",
            Self::UnsupportedVersion => "Unsupported protocol version",
            Self::TooSlow => "The body did not arrive in time",
            Self::TooLarge => "Payload too large",
            Self::TooManyFromAddress => "Too many connections from this address",
            Self::Full => "Too many connections",
            Self::ShuttingDown => "The server is shutting down",
        }
    }

    /// The JSON body.
    #[must_use]
    pub fn body(self) -> String {
        format!(r#"{{"code":{},"message":"{}"}}"#, self.code(), self.message())
    }

    /// Seconds after which it is worth trying again.
    #[must_use]
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::TooManyFromAddress | Self::Full => Some(5),
            Self::ShuttingDown => Some(1),
            _ => None,
        }
    }
}
