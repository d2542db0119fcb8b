//! Registration, sign-in, locks, the first administrator.

use super::*;
use crate::store::records::{Role, Verification};

#[tokio::test]
async fn mothers_work_at_once_and_professionals_wait() {
    let clinic = Clinic::new();
    let mother = clinic.register("nila", "mom").await;
    assert_eq!(mother.user.private.as_ref().unwrap().verification_status, Verification::Approved);
    let midwife = clinic.register("kamala", "midwife").await;
    assert_eq!(midwife.user.private.as_ref().unwrap().verification_status, Verification::Pending);
    assert!(clinic.actor(&mother).verified().is_ok());
    assert_eq!(code(clinic.actor(&midwife).verified()), Code::VerificationPending);

    let trial = Clinic::with(|config| config.approval = Approval::Auto);
    assert!(trial.actor(&trial.register("kamala", "doctor").await).verified().is_ok());
}

#[tokio::test]
async fn nobody_registers_as_administrator_and_all_faults_are_named() {
    let clinic = Clinic::new();
    let error = clinic.accounts.register(newcomer("eve", "admin"), &Device::default()).await.unwrap_err();
    assert_eq!(error.message, "role: must be mom, doctor, midwife or service_provider");
    let body = RegisterBody { email: Some("eve".into()), phone: Some("x".into()), ..RegisterBody::default() };
    let error = clinic.accounts.register(body, &Device::default()).await.unwrap_err();
    for field in ["role", "firstName", "lastName", "email", "password", "phone"] {
        assert!(error.message.contains(&format!("{field}: ")), "{field} in {}", error.message);
    }
    let mut hidden = newcomer("eve", "mom");
    hidden.last_name = Some("safe\u{202e}gnp.exe".into());
    assert!(clinic.accounts.register(hidden, &Device::default()).await.unwrap_err().message.starts_with("lastName: "));
}

#[tokio::test]
async fn an_address_is_taken_in_any_spelling() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    let mut again = newcomer("nila", "mom");
    again.email = Some(" NILA@LotusPond.example".into());
    assert_eq!(code(clinic.accounts.register(again, &Device::default()).await), Code::EmailInUse);
    let body = LoginBody { email: Some("Ｎila@LOTUSPOND.example ".into()), password: Some(PASSWORD.into()), totp: None };
    assert!(clinic.accounts.login(body, Door::Everybody, &Device::default()).await.is_ok());
}

#[tokio::test]
async fn wrong_password_and_unknown_address_are_the_same() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    let wrong = clinic.login("nila", "not the password").await.unwrap_err();
    assert_eq!(wrong, clinic.login("nobody", "not the password").await.unwrap_err());
    assert_eq!((wrong.code, wrong.code.status()), (Code::InvalidCredentials, 401));
}

#[tokio::test]
async fn ten_wrong_passwords_lock_for_a_quarter_of_an_hour() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    clinic.register("kamala", "mom").await;
    for name in ["nila", "nobody"] {
        for _ in 0..10 {
            assert_eq!(code(clinic.login(name, "not the password").await), Code::InvalidCredentials, "{name}");
        }
        let right = clinic.login(name, PASSWORD).await.unwrap_err();
        assert_eq!(right, clinic.login(name, "not the password").await.unwrap_err());
        assert_eq!((right.code, right.retry_after), (Code::AccountLocked, Some(900)), "{name}");
    }
    assert!(clinic.login("kamala", PASSWORD).await.is_ok(), "others are not locked");
    clinic.wait(Duration::from_millis(899_500));
    assert_eq!(clinic.login("nila", PASSWORD).await.unwrap_err().retry_after, Some(1));
    clinic.wait(Duration::from_secs(1));
    assert!(clinic.login("nila", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn a_right_password_or_quiet_forgets_mistakes() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    for _ in 0..3 {
        for _ in 0..9 {
            assert_eq!(code(clinic.login("nila", "not the password").await), Code::InvalidCredentials);
        }
        clinic.login("nila", PASSWORD).await.unwrap();
    }
    for _ in 0..3 {
        for _ in 0..9 {
            assert_eq!(code(clinic.login("nila", "not the password").await), Code::InvalidCredentials);
        }
        clinic.wait(Duration::from_mins(15));
    }
}

#[tokio::test]
async fn many_guesses_at_once_are_ten_guesses() {
    let clinic = Arc::new(Clinic::new());
    clinic.register("nila", "mom").await;
    let guesses: Vec<_> = (0..60)
        .map(|_| {
            let clinic = clinic.clone();
            tokio::spawn(async move { code(clinic.login("nila", "not the password").await) })
        })
        .collect();
    let mut answered = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Code::InvalidCredentials => answered += 1,
            other => assert_eq!(other, Code::AccountLocked),
        }
    }
    assert_eq!(answered, 10);
}

#[tokio::test]
async fn the_door_for_administrators_is_for_them() {
    let clinic = Clinic::new();
    clinic.admin().await;
    clinic.register("nila", "mom").await;
    let device = Device::default();
    let knock = |name: &str| {
        let body = LoginBody { email: Some(address(name)), password: Some(PASSWORD.into()), totp: None };
        clinic.accounts.login(body, Door::Administrators, &device)
    };
    assert_eq!(knock("ruwani").await.unwrap().user.role, Role::Admin);
    assert_eq!(code(knock("nila").await), Code::Forbidden);
}

#[tokio::test]
async fn setup_makes_one_administrator_once() {
    let clinic = Clinic::new();
    let token = clinic.accounts.begin_setup(None).unwrap();
    let device = Device::default();
    assert!(clinic.accounts.setup_required().unwrap());
    let wrong = first_admin(Some("not the token at all".into()));
    assert_eq!(code(clinic.accounts.setup(wrong, &device).await), Code::Forbidden);
    assert_eq!(code(clinic.accounts.setup(first_admin(None), &device).await), Code::Validation);
    let admin = clinic.accounts.setup(first_admin(token.clone()), &device).await.unwrap();
    assert!(clinic.actor(&admin).admin().is_ok());
    assert!(!clinic.accounts.setup_required().unwrap());
    assert_eq!(code(clinic.accounts.setup(first_admin(token), &device).await), Code::NotFound);
    assert_eq!(clinic.accounts.begin_setup(Some("a token of my own".into())), Ok(None));
}

#[tokio::test]
async fn the_setup_link_ends_after_its_hour_and_cannot_be_guessed() {
    let clinic = Clinic::new();
    assert_eq!(code(clinic.accounts.begin_setup(Some("short".into()))), Code::Validation);
    let own = Some("a token of my own".to_owned());
    assert_eq!(clinic.accounts.begin_setup(own.clone()), Ok(own.clone()));
    let device = Device::default();
    for _ in 0..10 {
        assert_eq!(code(clinic.accounts.setup(first_admin(Some("guess".into())), &device).await), Code::Forbidden);
    }
    assert_eq!(code(clinic.accounts.setup(first_admin(own.clone()), &device).await), Code::RateLimited);
    clinic.wait(HOUR);
    assert_eq!(code(clinic.accounts.setup(first_admin(own), &device).await), Code::Forbidden);
    assert!(clinic.accounts.setup_required().unwrap());
}

#[tokio::test]
async fn a_registered_mother_does_not_end_setup_but_an_administrator_of_the_operator_does() {
    let clinic = Clinic::new();
    clinic.register("nila", "mom").await;
    assert!(clinic.accounts.setup_required().unwrap());
    let person = super::super::NewPerson {
        first_name: "Asha".into(),
        last_name: "Perera".into(),
        email: address("asha"),
        password: PASSWORD.into(),
        role: Role::Admin,
        specialty: None,
    };
    clinic.accounts.create_person(person).await.unwrap();
    assert!(!clinic.accounts.setup_required().unwrap());
    assert_eq!(clinic.login("asha", PASSWORD).await.unwrap().user.role, Role::Admin);
}
