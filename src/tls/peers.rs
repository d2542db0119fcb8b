//! Who stands behind the connections that the door hands on: the web server sees the loopback only.

use dashmap::DashMap;
use std::{net::SocketAddr, sync::Arc};

/// How somebody has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// From where.
    pub client: SocketAddr,
    /// Whether what is said is encrypted.
    pub encrypted: bool,
}

/// The open connections by the loopback's port.
#[derive(Debug, Default)]
pub struct Peers(DashMap<u16, Arrival>);

impl Peers {
    /// How the connection with this port has come; `None` for what did not come through the door.
    #[must_use]
    pub fn find(&self, port: u16) -> Option<Arrival> {
        self.0.get(&port).map(|arrival| *arrival)
    }

    /// Known until the guard is dropped, which must be before the port is free again.
    pub(super) fn note(self: &Arc<Self>, port: u16, arrival: Arrival) -> Noted {
        self.0.insert(port, arrival);
        Noted { peers: self.clone(), port }
    }
}

/// A connection that is known.
pub(super) struct Noted {
    peers: Arc<Peers>,
    port: u16,
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.peers.0.remove(&self.port);
    }
}
