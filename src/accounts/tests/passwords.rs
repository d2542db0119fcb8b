//! Changing and resetting passwords.

use super::*;
use crate::contract::account::{ForgotBody, PasswordBody, ResetBody, UsersQuery};

fn change(current: &str, new: &str) -> PasswordBody {
    PasswordBody { current_password: Some(current.into()), new_password: Some(new.into()) }
}

fn reset(token: &str, password: &str) -> ResetBody {
    ResetBody { token: Some(token.into()), password: Some(password.into()) }
}

#[tokio::test]
async fn long_passwords_and_nul_count_to_the_last_byte() {
    let clinic = Clinic::new();
    for (name, password, other) in [
        ("nila", format!("{}a", "x1".repeat(50)), format!("{}b", "x1".repeat(50))),
        ("kamala", "quiet\0lotus".into(), "quiet\0pond!".into()),
    ] {
        let mut body = newcomer(name, "mom");
        body.password = Some(password.clone());
        clinic.accounts.register(body, &Device::default()).await.unwrap();
        assert_eq!(code(clinic.login(name, &other).await), Code::InvalidCredentials);
        assert!(clinic.login(name, &password).await.is_ok());
    }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sign_ins() {
    let clinic = Clinic::new();
    let (phone, tablet) = (clinic.register("nila", "mom").await, clinic.login("nila", PASSWORD).await.unwrap());
    let (phone_actor, tablet_actor) = (clinic.actor(&phone), clinic.actor(&tablet));
    let wrong = clinic.accounts.change_password(phone_actor, change("not the password", "another good one")).await.unwrap_err();
    assert_eq!(wrong.message, "currentPassword: is not right");
    let weak = clinic.accounts.change_password(phone_actor, change(PASSWORD, "password1")).await.unwrap_err();
    assert!(weak.message.starts_with("newPassword: must not be"), "{}", weak.message);

    clinic.accounts.change_password(phone_actor, change(PASSWORD, "another good one")).await.unwrap();
    assert!(clinic.revoked(&tablet) && !clinic.revoked(&phone));
    assert_eq!(clinic.ended(), [Audience::Session(tablet_actor.user, tablet_actor.session)]);
    assert_eq!(code(clinic.login("nila", PASSWORD).await), Code::InvalidCredentials);
    assert!(clinic.login("nila", "another good one").await.is_ok());
}

#[tokio::test]
async fn a_stolen_device_cannot_try_passwords_for_ever() {
    let clinic = Clinic::new();
    let actor = clinic.actor(&clinic.register("nila", "mom").await);
    for _ in 0..10 {
        assert_eq!(code(clinic.accounts.change_password(actor, change("not the password", "another good one")).await), Code::Validation);
    }
    assert_eq!(code(clinic.accounts.change_password(actor, change(PASSWORD, "another good one")).await), Code::AccountLocked);
}

#[tokio::test]
async fn a_reset_link_works_once_and_ends_everything() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let nila = clinic.register("nila", "mom").await;
    let id = nila.user.id.to_string();
    let first = clinic.accounts.reset_link(admin, &id, "https://clinic.example").await.unwrap();
    let link = clinic.accounts.reset_link(admin, &id, "https://clinic.example").await.unwrap();
    assert_eq!(link.url, format!("https://clinic.example/reset?token={}", link.token));
    assert_eq!(code(clinic.accounts.reset_password(reset(&first.token, "another good one"), NOWHERE).await), Code::Validation, "replaced");
    assert!(clinic.accounts.reset_password(reset(&link.token, "password1"), NOWHERE).await.is_err());
    for _ in 0..10 {
        let _ = clinic.login("nila", "not the password").await;
    }

    clinic.accounts.reset_password(reset(&link.token, "another good one"), NOWHERE).await.unwrap();
    assert!(clinic.revoked(&nila) && clinic.ended().len() == 1);
    assert!(clinic.login("nila", "another good one").await.is_ok(), "and the lock is off");
    assert!(clinic.accounts.reset_password(reset(&link.token, "yet another good one"), NOWHERE).await.is_err());
    for token in ["", "x", &"A".repeat(54), &nila.refresh_token, &nila.token] {
        let error = clinic.accounts.reset_password(reset(token, "yet another good one"), NOWHERE).await.unwrap_err();
        assert!(error.message.starts_with("token: "), "{}", error.message);
    }
}

#[tokio::test]
async fn a_reset_link_ends_after_a_day_or_with_a_new_password() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let nila = clinic.register("nila", "mom").await;
    let id = nila.user.id.to_string();
    let link = clinic.accounts.reset_link(admin, &id, "").await.unwrap();
    clinic.accounts.change_password(clinic.actor(&nila), change(PASSWORD, "another good one")).await.unwrap();
    assert!(clinic.accounts.reset_password(reset(&link.token, "yet another good one"), NOWHERE).await.is_err());
    let link = clinic.accounts.reset_link(admin, &id, "").await.unwrap();
    clinic.wait(24 * HOUR);
    assert!(clinic.accounts.reset_password(reset(&link.token, "yet another good one"), NOWHERE).await.is_err());
}

#[tokio::test]
async fn asking_for_a_link_tells_nothing_and_shows_up_at_the_clinic() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let nila = clinic.register("nila", "mom").await;
    for name in ["nila", "nobody"] {
        clinic.accounts.forgot_password(ForgotBody { email: Some(address(name)) }, NOWHERE).unwrap();
    }
    assert_eq!(code(clinic.accounts.forgot_password(ForgotBody::default(), NOWHERE)), Code::Validation);
    let wishes = || {
        let list = clinic.accounts.list_users(admin, &super::super::UserFilter::new(UsersQuery::default()).unwrap()).unwrap();
        let asked = |user: &&crate::contract::UserView| user.private.as_ref().is_some_and(|p| p.reset_requested_at.is_some());
        list.items.iter().filter(asked).map(|user| user.id).collect::<Vec<_>>()
    };
    while wishes().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(wishes(), [nila.user.id]);
    clinic.accounts.reset_link(admin, &nila.user.id.to_string(), "").await.unwrap();
    assert!(wishes().is_empty());
}

#[tokio::test]
async fn another_cost_is_taken_up_at_the_next_sign_in() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    let Clinic { accounts, .. } = clinic;
    let mut config = accounts.config.clone();
    config.bcrypt_cost = 5;
    let later = Accounts::new(accounts.audit.clone(), config, accounts.presence.clone()).unwrap();
    let body = LoginBody { email: Some(address("nila")), password: Some(PASSWORD.into()), totp: None };
    let signed_in = later.login(body.clone(), Door::Everybody, &Device::default()).await.unwrap();
    let kept = later.store.read(|read| super::super::existing(read, signed_in.user.id)).unwrap().password_hash;
    assert!(kept.starts_with("$2b$05$"), "{kept}");
    assert!(later.login(body, Door::Everybody, &Device::default()).await.is_ok());
}
