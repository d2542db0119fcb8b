//! What administrators may do, and what owners may not.

use super::*;
use crate::{
    accounts::UserFilter,
    contract::{
        Presence, UserView,
        account::{Change, ProfileBody, RejectBody, RoleBody, UsersQuery},
    },
    store::records::{Role, Verification},
};
use serde_json::{Value, json};

fn state(user: &UserView) -> (Verification, Option<&str>) {
    let private = user.private.as_ref().unwrap();
    (private.verification_status, private.rejection_reason.as_deref())
}

fn filter(change: impl FnOnce(&mut UsersQuery)) -> Result<UserFilter> {
    let mut query = UsersQuery::default();
    change(&mut query);
    UserFilter::new(query)
}

#[tokio::test]
async fn the_clinic_decides_about_professionals() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let doctor = clinic.register("kamala", "doctor").await;
    let (id, reason) = (doctor.user.id.to_string(), RejectBody { reason: Some(" no licence ".into()) });
    assert_eq!(state(&clinic.accounts.reject(admin, &id, reason).await.unwrap()), (Verification::Rejected, Some("no licence")));
    assert!(clinic.actor(&doctor).verified().is_err());
    assert_eq!(state(&clinic.accounts.approve(admin, &id).await.unwrap()), (Verification::Approved, None));
    assert!(clinic.actor(&doctor).verified().is_ok(), "the same token, without signing in again");
    let mother = clinic.register("nila", "mom").await.user.id.to_string();
    assert_eq!(code(clinic.accounts.reject(admin, &mother, RejectBody::default()).await), Code::Conflict);
    for nobody in ["0000000000000001", "no id"] {
        assert_eq!(code(clinic.accounts.approve(admin, nobody).await), Code::UserNotFound);
    }
}

#[tokio::test]
async fn switching_off_works_at_once() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let nila = clinic.register("nila", "mom").await;
    let (id, actor) = (nila.user.id.to_string(), clinic.actor(&nila));
    clinic.accounts.disable(admin, &id).await.unwrap();
    assert!(clinic.revoked(&nila));
    assert_eq!(clinic.ended(), [Audience::Session(actor.user, actor.session)]);
    assert_eq!(code(clinic.login("nila", PASSWORD).await), Code::AccountDisabled);
    assert_eq!(code(clinic.login("nila", "not the password").await), Code::InvalidCredentials, "strangers learn nothing");
    clinic.accounts.enable(admin, &id).await.unwrap();
    assert!(clinic.revoked(&nila) && clinic.login("nila", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_new_role_means_a_new_sign_in_and_nobody_changes_the_own() {
    let clinic = Clinic::new();
    let first = clinic.actor(&clinic.admin().await);
    let role = |word: &str| RoleBody { role: Some(word.into()) };
    let kamala = clinic.register("kamala", "midwife").await;
    let id = kamala.user.id.to_string();
    assert_eq!(clinic.accounts.change_role(first, &id, role("admin")).await.unwrap().role, Role::Admin);
    assert!(clinic.revoked(&kamala));
    let second = clinic.actor(&clinic.login("kamala", PASSWORD).await.unwrap());

    let own = second.user.to_string();
    assert_eq!(code(clinic.accounts.change_role(second, &own, role("mom")).await), Code::Conflict);
    assert_eq!(code(clinic.accounts.disable(second, &own).await), Code::Conflict);
    assert_eq!(code(clinic.accounts.change_role(second, &first.user.to_string(), role("root")).await), Code::Validation);
    clinic.accounts.change_role(second, &first.user.to_string(), role("doctor")).await.unwrap();
    assert_eq!(code(clinic.accounts.disable(first, &own).await), Code::Forbidden, "an administrator no longer, even mid-request");
    assert_eq!(code(clinic.accounts.reset_link(first, &own, "").await), Code::Forbidden);
}

#[tokio::test]
async fn only_administrators_administer() {
    let clinic = Clinic::new();
    clinic.admin().await;
    let nila = clinic.register("nila", "mom").await;
    let (actor, id) = (clinic.actor(&nila), nila.user.id.to_string());
    assert_eq!(code(clinic.accounts.list_users(actor, &filter(|_| ()).unwrap())), Code::Forbidden);
    assert_eq!(code(clinic.accounts.approve(actor, &id).await), Code::Forbidden);
    assert_eq!(code(clinic.accounts.change_role(actor, &id, RoleBody { role: Some("admin".into()) }).await), Code::Forbidden);
    assert_eq!(code(clinic.accounts.reset_link(actor, &id, "").await), Code::Forbidden);
}

#[tokio::test]
async fn people_are_found() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    for (name, role) in [("nila", "mom"), ("kamala", "midwife"), ("asha", "doctor")] {
        clinic.wait(Duration::from_secs(1));
        clinic.register(name, role).await;
    }
    let names = |change: fn(&mut UsersQuery)| {
        let list = clinic.accounts.list_users(admin, &filter(change).unwrap()).unwrap();
        (list.items.into_iter().map(|user| user.first_name).collect::<Vec<_>>(), list.page.total)
    };
    assert_eq!(names(|_| ()), (vec!["asha".into(), "kamala".into(), "nila".into(), "Ruwani".into()], 4));
    assert_eq!(names(|query| (query.page, query.limit) = (Some(2), Some(3))), (vec!["Ruwani".into()], 4));
    assert_eq!(names(|query| query.page = Some(u64::MAX)), (vec![], 4));
    assert_eq!(names(|query| query.status = Some("pending".into())), (vec!["asha".into(), "kamala".into()], 2));
    assert_eq!(names(|query| query.role = Some("mom".into())), (vec!["nila".into()], 1));
    assert_eq!(names(|query| query.search = Some("KAMALA senana".into())), (vec!["kamala".into()], 1));
    for wrong in [
        filter(|query| query.limit = Some(1_000)),
        filter(|query| query.page = Some(0)),
        filter(|query| query.role = Some("x".into())),
        filter(|query| query.status = Some("x".into())),
    ] {
        assert_eq!(wrong.unwrap_err().code, Code::Validation);
    }
}

#[tokio::test]
async fn a_page_is_whole_for_its_owner_and_administrators_and_a_part_for_those_who_may_know() {
    let clinic = Clinic::new();
    let admin = clinic.actor(&clinic.admin().await);
    let (nila, kamala) = (clinic.register("nila", "mom").await, clinic.register("kamala", "midwife").await);
    let (actor, id, other) = (clinic.actor(&nila), nila.user.id.to_string(), kamala.user.id.to_string());
    assert_eq!(clinic.accounts.user(actor, &id, |_, _| Ok(None)).unwrap(), clinic.accounts.me(actor).unwrap());
    assert!(clinic.accounts.user(admin, &id, |_, _| Ok(None)).unwrap().private.is_some());
    assert!(
        clinic
            .accounts
            .user(actor, &other, |_, person| Ok((person.role == Role::Midwife).then(|| Presence::offline(None))))
            .unwrap()
            .private
            .is_none()
    );
    let known = clinic.accounts.user(actor, &other, |_, _| Ok(None)).unwrap_err();
    assert_eq!(known, clinic.accounts.user(actor, "0000000000000001", |_, _| Ok(Some(Presence::offline(None)))).unwrap_err());
    assert_eq!(known.code, Code::UserNotFound);
    assert_eq!(code(clinic.accounts.update_user(clinic.actor(&kamala), &id, ProfileBody::default()).await), Code::UserNotFound);
}

#[tokio::test]
async fn owners_change_their_page() {
    let clinic = Clinic::new();
    let actor = clinic.actor(&clinic.register("nila", "mom").await);
    let update = |body: Value| clinic.accounts.update_me(actor, serde_json::from_value(body).unwrap());
    let page = update(json!({ "firstName": " Nila ", "bio": "two\nlines", "languages": ["si", "ta", " "], "phone": "+94 71 000 0000",
        "avatar": "/uploads/chat/images/x.png", "preferences": { "theme": "dark", "sound": false } }));
    let page = page.await.unwrap();
    assert_eq!((page.full_name.as_str(), page.bio.as_deref(), page.languages.len()), ("Nila Senanayake", Some("two\nlines"), 2));
    let page = update(json!({ "bio": "", "phone": null, "preferences": { "sound": null, "size": 2 } })).await.unwrap();
    let private = page.private.unwrap();
    assert_eq!((page.bio, private.phone, Value::Object(private.preferences)), (None, None, json!({ "theme": "dark", "size": 2 })));

    let error = update(json!({ "firstName": null, "lastName": " ", "bio": "x".repeat(2_001), "avatar": "javascript:alert(1)",
        "phone": "call me", "languages": vec!["x"; 21] }));
    let error = error.await.unwrap_err();
    for field in ["firstName", "lastName", "bio", "avatar", "phone", "languages"] {
        assert!(error.message.contains(&format!("{field}: ")), "{field} in {}", error.message);
    }
    assert_eq!(code(update(json!({ "preferences": { "x": "y".repeat(20_000) } })).await), Code::Validation);
    let unchanged = ProfileBody { bio: Change::Keep, ..ProfileBody::default() };
    assert_eq!(clinic.accounts.update_me(actor, unchanged).await.unwrap().first_name, "Nila");
}

#[tokio::test]
async fn others_see_neither_address_nor_state() {
    let clinic = Clinic::new();
    let nila = clinic.register("nila", "mom").await;
    let record = clinic.accounts.store.read(|read| super::super::existing(read, nila.user.id)).unwrap();
    let view = UserView::public(nila.user.id, &record, None, &Presence::offline(None), Timestamp(0));
    let shown = serde_json::to_value(view).unwrap();
    for hidden in ["email", "phone", "isActive", "verificationStatus", "preferences", "licenseNumber"] {
        assert!(shown.get(hidden).is_none(), "{hidden}");
    }
    assert_eq!((&shown["id"], &shown["role"], &shown["status"]), (&shown["_id"], &json!("mom"), &json!("offline")));
    let own = serde_json::to_string(&nila.user).unwrap();
    assert!(own.contains("nila@lotuspond.example") && !own.contains("$2b$"));
}
