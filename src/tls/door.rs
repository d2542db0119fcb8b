//! The door: takes connections, encrypted or not on the same port, and hands them on to the web server behind it.

use super::{Arrival, Peers, Tls};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional_with_sizes},
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

/// How long a client may take to begin, and how long to agree on a key.
const PATIENCE: Duration = Duration::from_secs(10);
/// With this byte an encrypted connection begins; no HTTP request does.
const HANDSHAKE: u8 = 0x16;
/// Bytes that are held of a connection on the way in and out. Small: most connections wait.
const IN: usize = 8 << 10;
const OUT: usize = 16 << 10;
/// How long nobody is let in when the system has no room for one more.
const BREATH: Duration = Duration::from_millis(100);

/// A door that nobody goes through yet.
pub struct Door {
    listener: TcpListener,
    tls: Arc<Tls>,
    peers: Arc<Peers>,
}

impl Door {
    /// Takes the address.
    pub async fn bind(address: SocketAddr, tls: Arc<Tls>, peers: Arc<Peers>) -> io::Result<Self> {
        Ok(Self { listener: TcpListener::bind(address).await?, tls, peers })
    }

    /// The address, with the port that the system has chosen if none was.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Lets people in to the server at `inside`. Never ends; connections that are open outlive it.
    pub async fn open(self, inside: SocketAddr) {
        let Self { listener, tls, peers } = self;
        loop {
            match listener.accept().await {
                Ok((stream, client)) => {
                    let (tls, peers) = (tls.clone(), peers.clone());
                    tokio::spawn(async move {
                        if let Err(error) = pass(stream, client, &tls, &peers, inside).await {
                            tracing::debug!(%error, "a connection ended before its time");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "nobody can be let in");
                    sleep(BREATH).await;
                }
            }
        }
    }
}

async fn pass(mut stream: TcpStream, client: SocketAddr, tls: &Tls, peers: &Arc<Peers>, inside: SocketAddr) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    timeout(PATIENCE, stream.peek(&mut first)).await??;
    if first != [HANDSHAKE] {
        return carry(&mut stream, Arrival { client, encrypted: false }, peers, inside).await;
    }
    let settings = tls.settings(stream.local_addr()?.ip()).map_err(io::Error::other)?;
    let mut stream = timeout(PATIENCE, TlsAcceptor::from(settings).accept(stream)).await??;
    carry(&mut stream, Arrival { client, encrypted: true }, peers, inside).await
}

async fn carry(
    outer: &mut (impl AsyncRead + AsyncWrite + Unpin),
    arrival: Arrival,
    peers: &Arc<Peers>,
    inside: SocketAddr,
) -> io::Result<()> {
    let mut inner = TcpStream::connect(inside).await?;
    inner.set_nodelay(true)?;
    // Before the first byte arrives; forgotten before `inner` lets go of its port.
    let _noted = peers.note(inner.local_addr()?.port(), arrival);
    copy_bidirectional_with_sizes(outer, &mut inner, IN, OUT).await?;
    Ok(())
}
