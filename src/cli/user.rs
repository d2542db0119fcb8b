//! `mommycare user`: accounts, from the machine itself.

use super::Failure;
use crate::{accounts::NewPerson, app::App, clock::Clock, config::Config, contract::Word as _, store::records::Role};
use clap::Subcommand;

/// What can be done with accounts while the server is stopped.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List all accounts
    List,
    /// Make an account that may work at once, and print a password for it
    Add {
        /// E-mail address
        email: String,
        /// What the person does
        #[arg(long, value_parser = role)]
        role: Role,
        /// Given name
        #[arg(long)]
        first_name: String,
        /// Family name
        #[arg(long)]
        last_name: String,
    },
    /// Let a professional work who has registered and waits
    Approve {
        /// E-mail address
        email: String,
    },
    /// Print a link with which a person chooses a new password
    ResetLink {
        /// E-mail address
        email: String,
    },
}

/// Reads a role by its word on the wire.
fn role(word: &str) -> Result<Role, String> {
    let words = || Role::WORDS.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
    Role::from_word(word).ok_or_else(|| format!("one of {}", words()))
}

/// Opens the data folder, does it, and closes the folder again.
pub(super) async fn run(command: Command, config: Config) -> Result<(), Failure> {
    let origin = config.server.public_url.clone().unwrap_or_else(|| format!("http://{}:{}", config.server.address, config.server.port));
    let app = App::open(config, Clock::system())?;
    let done = execute(command, &app, &origin).await;
    app.close().await;
    done
}

async fn execute(command: Command, app: &App, origin: &str) -> Result<(), Failure> {
    let accounts = app.accounts();
    match command {
        Command::List => {
            for person in accounts.everybody()? {
                let private = person.private.as_ref();
                let (email, state) =
                    private.map_or(("", ""), |p| (p.email.as_str(), if p.is_active { p.verification_status.word() } else { "disabled" }));
                let documents = match private.and_then(|p| p.document_count) {
                    None | Some(0) => String::new(),
                    Some(1) => "  1 document".into(),
                    Some(count) => format!("  {count} documents"),
                };
                println!("{:16} {:9} {} <{email}>{documents}", person.role.word(), state, person.name);
            }
        }
        Command::Add { email, role, first_name, last_name } => {
            let password = fresh_password();
            let person = NewPerson { first_name, last_name, email: email.clone(), password: password.clone(), role, specialty: None };
            accounts.create_person(person).await?;
            println!(
                "{email} may sign in with the password  {password}\nIt is shown only now; the person should change it in the settings."
            );
        }
        Command::Approve { email } => {
            accounts.approve_by_email(&email).await?;
            println!("{email} may work now.");
        }
        Command::ResetLink { email } => {
            let link = accounts.reset_link_by_email(&email, origin).await?;
            println!("Until {}:\n  {}", link.expires_at, link.url);
        }
    }
    Ok(())
}

/// Easy to read out, hard to guess: 16 of 31 characters that look different from each other, 79 bits.
pub(super) fn fresh_password() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let pick = || char::from(LETTERS[rand::random_range(0..LETTERS.len())]);
    (0..16).map(|_| pick()).collect()
}
