//! Files that only the owner of the process can read: secrets and keys that are made once.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

/// Writes a new file. It is written beside its place and renamed, so that a power cut leaves no half of a secret behind.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let neighbour = path.with_extension("new");
    if let Err(error) = fs::remove_file(&neighbour)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&neighbour)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&neighbour, path)?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_else_reads_it_and_what_a_power_cut_left_is_no_hindrance() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        fs::write(path.with_extension("new"), "half").unwrap();
        create(&path, b"whole").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
