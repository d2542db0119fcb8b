//! Appointments of the demo clinic: lines such as `visit -2d 10:30 30 ultrasound Room 4` and `visit confirmed`.

use super::{Clinic, DAY, Failure, SECOND, seconds, wrong};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{
        AppointmentView,
        appointment::{AmendBody, AppointmentsQuery, BookBody, PlaceBody},
    },
    store::records::Role,
};
use serde_json::json;
use std::sync::atomic::Ordering;

impl Clinic<'_> {
    /// Lets time pass until a moment, with everything that happens about appointments by itself on the way.
    pub(super) async fn pass(&self, until: u64) -> Result<(), Failure> {
        while let Some(due) = self.app.care().do_overdue().await?.filter(|due| due.0 <= until) {
            self.moment.store(due.0, Ordering::Relaxed);
        }
        self.moment.store(until, Ordering::Relaxed);
        Ok(())
    }

    /// Somebody makes an appointment, or does something with the one that the two have made last.
    pub(super) async fn visit(&self, who: &str, to: &str, what: &str) -> Result<(), Failure> {
        let ((_, actor), (other, _)) = (self.known(who)?, self.known(to)?);
        let Some((days, rest)) = what.split_once(' ') else {
            let last = self.last_visit(actor, to)?.ok_or_else(|| wrong(what))?;
            let body = AmendBody { status: Some(what.into()), ..AmendBody::default() };
            self.app.care().amend(actor, &last.id.to_string(), body).await?;
            return Ok(());
        };
        let mut parts = rest.splitn(4, ' ');
        let (Some(time), Some(length), Some(kind), place) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(wrong(what));
        };
        let days: i64 = days.trim_end_matches('d').parse()?;
        let day = self.today.saturating_add_signed(-days * i64::try_from(DAY)?);
        let start = Timestamp(day + seconds(time).ok_or_else(|| wrong(what))? * 60 * SECOND);
        let location = match place {
            Some("video") => PlaceBody { meeting: Some("video".into()), ..PlaceBody::default() },
            place => PlaceBody { address: Some("Lotus Pond Clinic".into()), room: place.map(Into::into), ..PlaceBody::default() },
        };
        let (provider_id, patient_id) =
            if actor.role == Role::Mom { (Some(other.to_string()), None) } else { (None, Some(other.to_string())) };
        let body = BookBody {
            provider_id,
            patient_id,
            start_time: json!(start),
            duration: Some(length.parse()?),
            kind: Some(kind.into()),
            location: Some(location),
            ..BookBody::default()
        };
        self.app.care().book(actor, body).await?;
        Ok(())
    }

    fn last_visit(&self, actor: Actor, with: &str) -> Result<Option<AppointmentView>, Failure> {
        let (other, _) = self.known(with)?;
        let all = AppointmentsQuery { limit: Some(100), ..AppointmentsQuery::default() };
        let theirs = self.app.care().list(actor, &all)?.items.into_iter();
        Ok(theirs.filter(|visit| visit.patient_id == other || visit.provider_id == other).max_by_key(|visit| visit.created_at))
    }
}
