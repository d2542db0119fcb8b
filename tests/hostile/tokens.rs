//! Only a token that this server made, for this kind of use and for a sign-in that still stands, opens anything.

use crate::{
    scene::Scene,
    support::{Server, http::Person, socket::Socket},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384};

const SECRET: &str = "k3Jq-9vWm2_Lx7Tz0Rb5Yc8Nd1Pf4Gh6";

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn sign256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let seal = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&text).finalize().into_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal))
}

fn sign384(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let seal = Hmac::<Sha384>::new_from_slice(secret).unwrap().chain_update(&text).finalize().into_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal))
}

#[tokio::test]
async fn tokens_that_are_forged_expired_or_of_another_kind_open_nothing() {
    let scene = Scene::on(Server::with(&[("JWT_SECRET", SECRET)])).await;
    let genuine = scene.mother.token.clone().unwrap();
    let parts: Vec<&str> = genuine.split('.').collect();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let other: Value = {
        let token = scene.doctor.token.clone().unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
    };
    let with = |field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        claims
    };
    let without = |field: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(field);
        claims
    };
    let hs = json!({ "alg": "HS256", "typ": "JWT" });
    let secret = SECRET.as_bytes();
    assert_eq!(scene.mother.with_token(&sign256(&hs, &claims, secret)).get("/api/auth/me").await.status, 200, "the forger works");

    let refresh = scene.mother.refresh_token.clone().unwrap();
    let none = |alg: &str| format!("{}.{}.", part(&json!({ "alg": alg, "typ": "JWT" })), part(&claims));
    let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("guessed key of thirty-two bytes!") });
    let forged: Vec<(&str, String)> = vec![
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg NONE", none("NONE")),
        ("alg empty", none("")),
        ("no alg", format!("{}.{}.{}", part(&json!({ "typ": "JWT" })), parts[1], parts[2])),
        ("wrong secret", sign256(&hs, &claims, b"another secret of thirty-two bytes")),
        ("empty secret", sign256(&hs, &claims, b"")),
        ("RS256 header", sign256(&json!({ "alg": "RS256", "typ": "JWT" }), &claims, secret)),
        ("ES256 header", sign256(&json!({ "alg": "ES256", "typ": "JWT" }), &claims, secret)),
        ("HS384 with the secret", sign384(&json!({ "alg": "HS384", "typ": "JWT" }), &claims, secret)),
        ("HS384 header, HS256 seal", sign256(&json!({ "alg": "HS384", "typ": "JWT" }), &claims, secret)),
        ("kid to an empty file", sign256(&json!({ "alg": "HS256", "kid": "../../../../dev/null" }), &claims, b"")),
        ("kid by injection", sign256(&json!({ "alg": "HS256", "kid": "x' UNION SELECT 'k" }), &claims, b"k")),
        ("jku", sign256(&json!({ "alg": "HS256", "jku": "http://localhost:1/keys.json" }), &claims, b"guessed key of thirty-two bytes!")),
        ("jwk inside", sign256(&json!({ "alg": "HS256", "jwk": jwk }), &claims, b"guessed key of thirty-two bytes!")),
        ("claims changed", format!("{}.{}.{}", parts[0], part(&with("sub", json!(scene.doctor.id))), parts[2])),
        ("signature cut", format!("{}.{}.", parts[0], parts[1])),
        ("signature gone", format!("{}.{}", parts[0], parts[1])),
        ("one letter less", genuine[..genuine.len() - 1].to_owned()),
        ("another issuer", sign256(&hs, &with("iss", json!("evil")), secret)),
        ("another audience", sign256(&hs, &with("aud", json!("files")), secret)),
        ("somebody else's sign-in", sign256(&hs, &with("sid", other["sid"].clone()), secret)),
        ("somebody with my sign-in", sign256(&hs, &with("sub", other["sub"].clone()), secret)),
        ("an unknown sign-in", sign256(&hs, &with("sid", json!("00000000000000aa")), secret)),
        ("sub is a number", sign256(&hs, &with("sub", json!(1)), secret)),
        ("exp is a text", sign256(&hs, &with("exp", json!("9999999999")), secret)),
        ("exp is negative", sign256(&hs, &with("exp", json!(-1)), secret)),
        ("no exp", sign256(&hs, &without("exp"), secret)),
        ("no iat", sign256(&hs, &without("iat"), secret)),
        ("no iss", sign256(&hs, &without("iss"), secret)),
        ("no aud", sign256(&hs, &without("aud"), secret)),
        ("no sub", sign256(&hs, &without("sub"), secret)),
        ("no sid", sign256(&hs, &without("sid"), secret)),
        ("claims are a list", sign256(&hs, &json!([]), secret)),
        ("a refresh token", refresh.clone()),
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("very long", "a".repeat(6000)),
    ];
    for (name, token) in &forged {
        let forger = scene.mother.with_token(token);
        let (status, code) = {
            let reply = forger.get("/api/auth/me").await;
            let (status, code) = reply.error();
            (status, code.to_owned())
        };
        assert!(status == 401 && (code == "UNAUTHORIZED" || code == "TOKEN_REVOKED"), "{name}: {status} {code}");
        let refusal = Socket::try_connect(&forger.url, forger.token.as_deref()).await.err();
        assert!(refusal.is_some_and(|refusal| refusal["message"].is_string()), "{name} by socket");
    }
    let expired = sign256(&hs, &with("exp", json!(claims["iat"].as_u64().unwrap() - 10)), secret);
    let late = scene.mother.with_token(&expired);
    assert_eq!(late.get("/api/auth/me").await.error(), (401, "TOKEN_EXPIRED"));
    assert!(Socket::try_connect(&late.url, late.token.as_deref()).await.is_err());

    // Kinds are not interchangeable the other way round either.
    let access_as_refresh = Person::stranger(&scene.server).post("/api/auth/refresh", json!({ "refreshToken": genuine })).await;
    assert_eq!(access_as_refresh.error().0, 401);

    let me = "/api/auth/me";
    let lines = [
        format!("Authorization: Basic {genuine}"),
        format!("Authorization: {genuine}"),
        "Authorization: Bearer".into(),
        "Authorization: Bearer ".into(),
        format!("Authorization: Bearer{genuine}"),
        format!("Authorization: Bearer {genuine} {genuine}"),
        format!("Cookie: token={genuine}"),
        format!("X-Access-Token: {genuine}"),
    ];
    for line in &lines {
        assert_eq!(scene.raw("GET", me, &[line], b"").await.error().0, 401, "{}", &line[..line.len().min(40)]);
    }
    assert_eq!(scene.raw("GET", &format!("{me}?token={genuine}"), &[], b"").await.error().0, 401, "a token in the query");
    assert_eq!(scene.raw("GET", &format!("{me}?access_token={genuine}"), &[], b"").await.error().0, 401);
    scene.still_serves().await;
}
