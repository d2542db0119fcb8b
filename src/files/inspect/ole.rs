//! Office documents of the older kind: a file system in a file. Only the names in its directory are read.

use super::{
    Doubt,
    source::{Source, le16, le32},
};
use crate::store::records::Format;

/// What such a file begins with.
pub const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const END_OF_CHAIN: u32 = 0xffff_fffe;
/// Sectors of the directory that are read; each names at least four parts.
const SECTORS: usize = 512;

/// Which document it is.
pub fn identify(source: &Source<'_>) -> Result<Format, Doubt> {
    let broken = || Doubt::Broken("an Office document that is damaged or incomplete".into());
    let header = source.exact::<512>(0)?.ok_or_else(broken)?;
    let shift = le16(&header, 30);
    if !matches!(shift, 9 | 12) {
        return Err(broken());
    }
    let reader = Sectors { source, header, size: 1 << shift };
    let mut sector = le32(&header, 48);
    let mut found: Option<Format> = None;
    for _ in 0..SECTORS {
        if sector == END_OF_CHAIN {
            return found.ok_or_else(|| Doubt::Unknown("an OLE container that is no document".into()));
        }
        let bytes = reader.sector(sector)?.ok_or_else(broken)?;
        for entry in bytes.chunks_exact(128) {
            match name(entry).as_str() {
                "worddocument" => found = Some(Format::Doc),
                "workbook" | "book" => found = found.or(Some(Format::Xls)),
                "powerpoint document" => found = Some(Format::Ppt),
                "macros" | "_vba_project_cur" | "vba" => return Err(Doubt::Unknown("an Office document with macros".into())),
                "encryptedpackage" => return Err(Doubt::Unknown("an encrypted Office document".into())),
                _ => {}
            }
        }
        sector = reader.next(sector)?.ok_or_else(broken)?;
    }
    Err(broken())
}

/// The name of a part, in lower case; empty for an unused entry.
fn name(entry: &[u8]) -> String {
    let length = usize::from(le16(entry, 64)).min(64);
    let units = entry.get(..length).unwrap_or_default().chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    char::decode_utf16(units.take_while(|unit| *unit != 0)).map(|c| c.unwrap_or('\u{fffd}').to_ascii_lowercase()).collect()
}

struct Sectors<'a> {
    source: &'a Source<'a>,
    header: [u8; 512],
    size: u64,
}

impl Sectors<'_> {
    fn sector(&self, number: u32) -> Result<Option<Vec<u8>>, Doubt> {
        let size = usize::try_from(self.size).unwrap_or_default();
        let bytes = self.source.read((u64::from(number) + 1).saturating_mul(self.size), size)?;
        Ok(Some(bytes).filter(|bytes| bytes.len() == size))
    }

    /// The sector behind one in its chain.
    fn next(&self, number: u32) -> Result<Option<u32>, Doubt> {
        let per_sector = u32::try_from(self.size / 4).unwrap_or(1);
        let Some(table) = self.table(number / per_sector)? else { return Ok(None) };
        let at = (u64::from(table) + 1) * self.size + u64::from(number % per_sector) * 4;
        Ok(self.source.exact::<4>(at)?.map(u32::from_le_bytes))
    }

    /// The sector that holds a part of the table of chains. The first 109 are named in the header, the others in a chain of
    /// their own, of which a directory of this size needs none but in very large files.
    fn table(&self, index: u32) -> Result<Option<u32>, Doubt> {
        let entries = u32::try_from(self.size / 4 - 1).unwrap_or(1);
        let Some(mut index) = index.checked_sub(109) else {
            return Ok(Some(le32(&self.header, 76 + 4 * index as usize)));
        };
        let mut sector = le32(&self.header, 68);
        while index >= entries {
            let Some(bytes) = self.sector(sector)? else { return Ok(None) };
            sector = le32(&bytes, 4 * entries as usize);
            index -= entries;
        }
        Ok(self.sector(sector)?.map(|bytes| le32(&bytes, 4 * index as usize)))
    }
}
