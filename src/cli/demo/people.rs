//! Who is there in the demo clinic. All of them are invented.

use crate::store::records::Role;

/// Somebody of the demo clinic.
pub(super) struct Person {
    /// First part of the e-mail address, and the name in `conversations.txt`.
    pub key: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub role: Role,
    pub specialty: Option<&'static str>,
    pub experience: Option<&'static str>,
    pub location: Option<&'static str>,
    pub bio: Option<&'static str>,
    pub languages: &'static [&'static str],
}

const fn person(key: &'static str, first_name: &'static str, last_name: &'static str, role: Role) -> Person {
    Person { key, first_name, last_name, role, specialty: None, experience: None, location: None, bio: None, languages: &[] }
}

const CLINIC: Option<&str> = Some("Lotus Pond Clinic");

/// Everybody, the administrator first.
pub(super) const PEOPLE: &[Person] = &[
    Person { location: CLINIC, ..person("desk", "Lotus Pond", "Front Desk", Role::Admin) },
    Person {
        specialty: Some("Obstetrician"),
        experience: Some("14 years"),
        location: CLINIC,
        bio: Some("High-risk pregnancies, calm explanations. Mornings at the clinic, messages all day."),
        languages: &["English", "සිංහල"],
        ..person("nimali", "Dr. Nimali", "Perera", Role::Doctor)
    },
    Person {
        specialty: Some("Paediatrician"),
        experience: Some("9 years"),
        location: CLINIC,
        bio: Some("Newborns and their sleepless parents."),
        languages: &["English", "සිංහල", "தமிழ்"],
        ..person("mahesh", "Dr. Mahesh", "de Alwis", Role::Doctor)
    },
    Person {
        specialty: Some("Community midwife"),
        experience: Some("11 years"),
        location: CLINIC,
        bio: Some("Birth preparation on Tuesdays, home visits the rest of the week."),
        languages: &["English", "සිංහල", "தமிழ்"],
        ..person("fathima", "Fathima", "Rizwan", Role::Midwife)
    },
    Person {
        specialty: Some("Ward midwife"),
        experience: Some("22 years"),
        location: Some("Ward 3"),
        languages: &["සිංහල"],
        ..person("renuka", "Sister Renuka", "Kumari", Role::Midwife)
    },
    Person {
        specialty: Some("Physiotherapy"),
        experience: Some("6 years"),
        location: CLINIC,
        languages: &["தமிழ்", "English"],
        ..person("karthika", "கார்த்திகா", "சிவம்", Role::ServiceProvider)
    },
    Person {
        specialty: Some("Nutrition"),
        experience: Some("8 years"),
        location: CLINIC,
        languages: &["English", "සිංහල"],
        ..person("shanika", "Shanika", "Jayakody", Role::ServiceProvider)
    },
    person("tharushi", "Tharushi", "Fernando", Role::Mom),
    person("ishara", "ඉෂාරා", "සෙනෙවිරත්න", Role::Mom),
    person("meena", "மீனா", "ராஜன்", Role::Mom),
    person("dilini", "Dilini", "Gunasekara", Role::Mom),
    person("amaya", "Amaya", "Silva", Role::Mom),
];
