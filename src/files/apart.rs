//! Looking into files with decoders that others wrote. What strangers send must not be able to stop the server, whatever it does to a
//! decoder: so each such look is a process of its own, this same executable with nothing but the file, with little memory, little time
//! and a lower place behind everybody who writes. If it ends badly, the file is taken all the same and its facts stay unknown.

use super::inspect::{BARS, FULL, Finding, Sound, count, listen};
use crate::store::records::Format;
use rustix::process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal, setrlimit};
use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write as _},
    os::fd::AsFd as _,
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{io::AsyncReadExt as _, process::Command, sync::Semaphore, time::timeout};

/// The command of the executable that looks, for `cli`.
pub const COMMAND: &str = "look";
/// How long one look may take, seen from outside. What it may really use is counted in time of the processor; this is for a machine
/// that is so busy that it gets none.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long an upload waits for its turn.
const QUEUE: Duration = Duration::from_secs(10);
/// How long a sound is listened to.
const LISTEN: Duration = Duration::from_secs(20);
/// Seconds of the processor.
const PROCESSOR: u64 = 4;
/// Memory with everything that belongs to the executable.
const MEMORY: u64 = 512 << 20;
/// The answer is a few short lines.
const ANSWER: u64 = 4096;

/// What there is to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Sound,
    Pages,
}

impl Wish {
    fn of(format: Format) -> Option<Self> {
        match format {
            Format::Mp3 | Format::Wav | Format::OggAudio | Format::Aac | Format::Mp4Audio | Format::WebmAudio => Some(Self::Sound),
            Format::Pdf => Some(Self::Pages),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Pages => "pages",
        }
    }
}

/// Takes looks, one after the other: whoever only writes keeps the other processors.
#[derive(Debug)]
pub struct Apart {
    turn: Semaphore,
}

impl Apart {
    /// Nobody is looking yet.
    pub fn new() -> Self {
        Self { turn: Semaphore::new(1) }
    }

    /// Adds to what was found what only a decoder knows. What cannot be known stays as it was.
    pub async fn look(&self, finding: Finding, file: &File) -> Finding {
        let Some(wish) = Wish::of(finding.format) else { return finding };
        let Ok(Ok(_turn)) = timeout(QUEUE, self.turn.acquire()).await else { return finding };
        match timeout(PATIENCE, ask(wish, finding.duration.unwrap_or(0), file)).await {
            Ok(Ok(answer)) => merge(finding, &answer),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a file could not be looked into");
                finding
            }
            Err(_) => finding,
        }
    }
}

/// Starts the other process and gives what it says. It ends when this future is dropped.
async fn ask(wish: Wish, about: u64, file: &File) -> io::Result<String> {
    let mut child = Command::new("/proc/self/exe")
        .arg0("mommycare")
        .args([COMMAND, wish.word(), &about.to_string()])
        .env_clear()
        .stdin(Stdio::from(file.try_clone()?))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut answer = String::new();
    if let Some(out) = child.stdout.take() {
        out.take(ANSWER).read_to_string(&mut answer).await?;
    }
    let status = child.wait().await?;
    Ok(if status.success() { answer } else { String::new() })
}

/// Takes what an answer says, as far as it can be true. Headers know the length of what has them; frames alone must be counted.
fn merge(finding: Finding, answer: &str) -> Finding {
    let line = |word: &str| answer.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(' '));
    let bars: Option<Vec<u8>> =
        line("bars").and_then(|bars| bars.split(' ').map(|bar| bar.parse().ok().filter(|bar| *bar <= FULL)).collect());
    let bars = bars.filter(|bars| bars.len() <= BARS).unwrap_or_default();
    let millis = line("millis").and_then(|millis| millis.parse().ok()).filter(|millis| *millis > 0);
    let is_counted = matches!(finding.format, Format::Mp3 | Format::Aac);
    let duration = if is_counted { millis.or(finding.duration) } else { finding.duration.or(millis) };
    let pages = line("pages").and_then(|pages| pages.parse().ok()).filter(|pages| *pages > 0);
    Finding { duration, waveform: bars, pages: pages.or(finding.pages), ..finding }
}

/// The other process: looks at the file on standard input and tells what it finds on standard output.
pub fn child(wish: &str, about: u64) -> io::Result<()> {
    confine()?;
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    file.seek(SeekFrom::Start(0))?;
    let mut out = io::stdout().lock();
    if wish == Wish::Pages.word() {
        if let Some(pages) = count(file) {
            writeln!(out, "pages {pages}")?;
        }
        return Ok(());
    }
    let Sound { millis, bars } = listen(file, about, Instant::now() + LISTEN);
    if let Some(millis) = millis {
        writeln!(out, "millis {millis}")?;
    }
    if !bars.is_empty() {
        let bars: Vec<String> = bars.iter().map(u8::to_string).collect();
        writeln!(out, "bars {}", bars.join(" "))?;
    }
    Ok(())
}

/// Gives up what a look does not need. The process also ends with its parent.
fn confine() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::As, MEMORY)?;
    limit(Resource::Cpu, PROCESSOR)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, 16)?;
    let _ = nice(5);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(format: Format, duration: Option<u64>) -> Finding {
        Finding { format, pixels: None, duration, waveform: Vec::new(), pages: None }
    }

    #[test]
    fn an_answer_is_taken_as_far_as_it_can_be_true() {
        let merged = merge(finding(Format::Mp3, Some(900)), "millis 1000\nbars 0 50 100\n");
        assert_eq!((merged.duration, merged.waveform), (Some(1000), vec![0, 50, 100]));
        let merged = merge(finding(Format::Wav, Some(900)), "millis 1000\nbars 7\n");
        assert_eq!((merged.duration, merged.waveform), (Some(900), vec![7]));
        let merged = merge(finding(Format::WebmAudio, None), "millis 1000\n");
        assert_eq!((merged.duration, merged.waveform.len()), (Some(1000), 0));
        assert_eq!(merge(finding(Format::Pdf, None), "pages 12\n").pages, Some(12));
        let many = format!("bars{}\n", " 1".repeat(65));
        for odd in
            ["", "millis\nbars\npages", "millis x\nbars 1 x\npages -1\n", "bars 101\nmillis 0\npages 0", "bars 1  2", "barsx 1", &many]
        {
            assert_eq!(merge(finding(Format::Mp3, Some(5)), odd), finding(Format::Mp3, Some(5)), "{odd}");
        }
    }
}
