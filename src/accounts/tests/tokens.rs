//! Tokens: what is accepted, and what ends them.

use super::*;
use crate::contract::account::RefreshBody;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// What a genuine token says.
fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

fn signed(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn renew(token: &str) -> RefreshBody {
    RefreshBody { refresh_token: Some(token.into()), renewal_id: None }
}

fn renew_as(id: &str, token: &str) -> RefreshBody {
    RefreshBody { renewal_id: Some(id.into()), ..renew(token) }
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let clinic = Clinic::new();
    let nila = clinic.register("nila", "mom").await;
    let good = claims(&nila.token);
    assert!(clinic.accounts.authenticate(&signed(Algorithm::HS256, SECRET, &good)).is_ok(), "the forgeries below differ in one thing");

    let (head, rest) = nila.token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let with_head = |head: Value| format!("{}.{body}.{signature}", part(&head));
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        signed(Algorithm::HS256, SECRET, &claims)
    };
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(Algorithm::HS256, SECRET, &claims)
    };
    let mut forgeries = vec![
        String::new(),
        "x".into(),
        "..".into(),
        format!("{head}.{body}."),
        format!("{}.{body}.", part(&json!({ "alg": "none", "typ": "JWT" }))),
        format!("{}.{body}.", part(&json!({ "alg": "None" }))),
        with_head(json!({ "alg": "none" })),
        with_head(json!({ "alg": "RS256", "typ": "JWT" })),
        with_head(json!({ "alg": "HS256", "kid": "../../dev/null" })),
        with_head(json!({ "alg": "HS256", "jku": "https://keys.example/" })),
        signed(Algorithm::HS512, SECRET, &good),
        signed(Algorithm::HS256, b"another secret of thirty-two byte", &good),
        signed(Algorithm::HS256, b"", &good),
        with("aud", json!("files")),
        with("aud", json!(["files"])),
        with("iss", json!("somebody else")),
        with("sub", json!("0000000000000001 ")),
        with("sub", json!(1)),
        with("exp", json!("never")),
        with("sid", json!(null)),
        nila.refresh_token.clone(),
    ];
    forgeries.extend(["exp", "iat", "iss", "aud", "sub", "sid"].map(without));
    for forgery in forgeries {
        assert_eq!(code(clinic.accounts.authenticate(&forgery)), Code::Unauthorized, "{forgery}");
    }
    assert_eq!(code(clinic.accounts.authenticate(&with("sid", json!("0000000000000001")))), Code::TokenRevoked);
    assert_eq!(code(clinic.accounts.authenticate(&with("sub", json!("0000000000000001")))), Code::TokenRevoked);
    assert_eq!(code(clinic.accounts.refresh(renew(&nila.token), NOWHERE).await), Code::Unauthorized, "no access token renews");
}

#[tokio::test]
async fn tokens_end_in_time() {
    let clinic = Clinic::with(|config| config.token_lifetime = HOUR);
    let nila = clinic.register("nila", "mom").await;
    assert_eq!(nila.expires_at.to_string(), "2026-11-22T15:10:43.000Z");
    clinic.wait(Duration::from_secs(3599));
    assert!(clinic.accounts.authenticate(&nila.token).is_ok());
    clinic.wait(Duration::from_secs(1));
    assert_eq!(code(clinic.accounts.authenticate(&nila.token)), Code::TokenExpired);
    assert!(clinic.accounts.refresh(renew(&nila.refresh_token), NOWHERE).await.is_ok());
}

#[tokio::test]
async fn sessions_end_when_idle_and_when_old() {
    let clinic = Clinic::with(|config| {
        (config.session_idle, config.session_max, config.token_lifetime) = (2 * HOUR, 10 * HOUR, 100 * HOUR);
    });
    let (idle, busy) = (clinic.register("nila", "mom").await, clinic.register("kamala", "mom").await);
    assert!(busy.expires_at <= Timestamp(1_795_356_643_123).plus(10 * HOUR), "no token outlives its session");
    for _ in 0..9 {
        clinic.wait(HOUR);
        assert!(clinic.accounts.authenticate(&busy.token).is_ok());
        clinic.accounts.tend().await.unwrap();
    }
    assert!(clinic.revoked(&idle) && clinic.ended().len() == 1);
    assert_eq!(code(clinic.accounts.refresh(renew(&idle.refresh_token), NOWHERE).await), Code::TokenRevoked);
    clinic.wait(HOUR);
    assert!(clinic.accounts.authenticate(&busy.token).is_err());
    assert_eq!(code(clinic.accounts.refresh(renew(&busy.refresh_token), NOWHERE).await), Code::TokenRevoked);
}

#[tokio::test]
async fn a_refresh_token_is_good_once() {
    let clinic = Clinic::new();
    let first = clinic.register("nila", "mom").await;
    let other = clinic.login("nila", PASSWORD).await.unwrap();
    let second = clinic.accounts.refresh(renew(&first.refresh_token), NOWHERE).await.unwrap();
    let third = clinic.accounts.refresh(renew(&second.refresh_token), NOWHERE).await.unwrap();
    let actor = clinic.actor(&third);
    assert!(clinic.ended().is_empty());

    assert_eq!(code(clinic.accounts.refresh(renew(&first.refresh_token), NOWHERE).await), Code::TokenRevoked);
    assert_eq!(clinic.ended(), [Audience::Session(actor.user, actor.session)]);
    assert!([&first, &second, &third].into_iter().all(|pair| clinic.revoked(pair)), "the whole family ends");
    assert_eq!(code(clinic.accounts.refresh(renew(&third.refresh_token), NOWHERE).await), Code::TokenRevoked);
    assert!(!clinic.revoked(&other), "other sign-ins stay");
}

#[tokio::test]
async fn two_renewals_at_once_are_a_theft() {
    let clinic = Clinic::new();
    let nila = clinic.register("nila", "mom").await;
    let (a, b) = tokio::join!(
        clinic.accounts.refresh(renew(&nila.refresh_token), NOWHERE),
        clinic.accounts.refresh(renew(&nila.refresh_token), NOWHERE)
    );
    assert!(a.is_ok() != b.is_ok() && clinic.revoked(&nila));
}

#[tokio::test]
async fn a_named_renewal_is_the_same_for_a_while() {
    const MINUTE: Duration = Duration::from_mins(1);
    let clinic = Clinic::new();
    for (minutes, is_fine) in [(0, true), (5, true), (10, true), (20, false), (60, false)] {
        let nila = if minutes == 0 { clinic.register("nila", "mom").await } else { clinic.login("nila", PASSWORD).await.unwrap() };
        let ask = || clinic.accounts.refresh(renew_as("a-morning-in-ward-3", &nila.refresh_token), NOWHERE);
        let (a, b) = tokio::join!(ask(), ask());
        let renewed = a.unwrap();
        assert_eq!(b.unwrap().refresh_token, renewed.refresh_token, "two tabs are one renewal");
        clinic.wait(minutes * MINUTE);
        match ask().await {
            Ok(again) => assert!(is_fine && again.refresh_token == renewed.refresh_token, "after {minutes} minutes"),
            error => assert!(!is_fine && code(error) == Code::TokenRevoked && clinic.revoked(&renewed), "after {minutes} minutes"),
        }
    }
}

#[tokio::test]
async fn an_invented_refresh_token_ends_nothing() {
    let clinic = Clinic::new();
    let nila = clinic.register("nila", "mom").await;
    let mut bytes = URL_SAFE_NO_PAD.decode(&nila.refresh_token).unwrap();
    for place in 0..bytes.len() {
        bytes[place] ^= 1;
        let invented = URL_SAFE_NO_PAD.encode(&bytes);
        assert_eq!(code(clinic.accounts.refresh(renew(&invented), NOWHERE).await), Code::Unauthorized);
        bytes[place] ^= 1;
    }
    for text in ["", "x", &"A".repeat(100_000)] {
        assert!(clinic.accounts.refresh(renew(text), NOWHERE).await.is_err());
    }
    assert!(!clinic.revoked(&nila));
}

#[tokio::test]
async fn signing_out_ends_the_session_and_its_sockets_only() {
    let clinic = Clinic::new();
    let (phone, tablet) = (clinic.register("nila", "mom").await, clinic.login("nila", PASSWORD).await.unwrap());
    let actor = clinic.actor(&phone);
    clinic.accounts.logout(actor).await.unwrap();
    assert!(clinic.revoked(&phone) && !clinic.revoked(&tablet));
    assert_eq!(code(clinic.accounts.refresh(renew(&phone.refresh_token), NOWHERE).await), Code::TokenRevoked);
    assert_eq!(clinic.ended(), [Audience::Session(actor.user, actor.session)]);
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended() {
    let clinic = Clinic::new();
    let (phone, stranger) = (clinic.register("nila", "mom").await, clinic.register("kamala", "mom").await);
    clinic.wait(HOUR);
    let tablet = clinic.login("nila", PASSWORD).await.unwrap();
    let (phone_actor, tablet_actor) = (clinic.actor(&phone), clinic.actor(&tablet));
    clinic.accounts.tend().await.unwrap();
    let listed = clinic.accounts.sessions(tablet_actor).unwrap();
    assert_eq!(listed.iter().filter(|session| session.current).map(|session| session.id).collect::<Vec<_>>(), [tablet_actor.session]);
    assert_eq!(listed.len(), 2);

    let id = phone_actor.session.to_string();
    assert_eq!(code(clinic.accounts.end_session(clinic.actor(&stranger), &id).await), Code::NotFound);
    assert_eq!(code(clinic.accounts.end_session(tablet_actor, "no id").await), Code::NotFound);
    clinic.accounts.end_session(tablet_actor, &id).await.unwrap();
    assert!(clinic.revoked(&phone) && !clinic.revoked(&tablet));
}

#[tokio::test]
async fn a_weak_secret_stops_the_start() {
    let config = AccountsConfig::new(&config::Config::default().accounts, b"short".to_vec());
    let store = Arc::new(Store::in_memory(Clock::system(), Box::new(|_| ())));
    assert!(Accounts::new(Arc::new(Audit::new(store)), config, Arc::new(|_| Presence::offline(None))).is_err());
}
