//! Resources without a cluster (interfaces §9): what YAML files declare about
//! plugins counts, and the packages that they name are put where the runtime
//! finds them.
//!
//! ```text
//! files → read → wanted → declare, and for each Plugin: a folder stands in | fetch → place → the runtime's next pass
//! ```

mod config_map;
mod fetch;
mod follow;
mod place;
mod read;
mod said;
mod secrets;
mod stand_in;
mod wanted;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use davit_plugin::PluginName;
use davit_plugin::reason::Problem;
use davit_runtime::directories::{Declarations, Root};

use super::given::Given;
use place::{Place, Placed};
use read::Resources;
use said::Said;
use stand_in::StandIns;
use wanted::{Wanted, WantedSource};

type Failure = Box<dyn std::error::Error>;

/// Follows files with resources.
pub(super) struct Follower {
    given: Given,
    place: Arc<Place>,
    declarations: Declarations,
    stand_ins: StandIns,
    wanted: Wanted,
    /// What has been asked for, by the plugins whose package a source gives.
    known: BTreeMap<PluginName, Known>,
    said: Said,
}

/// What a source gave when it was asked last.
struct Known {
    source: WantedSource,
    /// What lies in its place.
    placed: Option<Placed>,
    problem: Option<Problem>,
    asked: Instant,
}

impl Follower {
    /// Reads the files and declares what they say; `scratch` is for packages. The
    /// first plan is made under these declarations.
    pub(super) fn open(given: Given, scratch: &Path) -> Result<Self, Failure> {
        let wanted = read(&given)?;
        let declarations = Declarations::default();
        declarations.set(wanted.declarations());
        let place = Arc::new(Place::in_folder(scratch)?);
        let (stand_ins, known, said) = (StandIns::default(), BTreeMap::new(), Said::default());
        Ok(Self { given, place, declarations, stand_ins, wanted, known, said })
    }

    /// The folder with the packages that sources give.
    pub(super) fn root(&self) -> Root {
        Root::Directory(self.place.root().to_owned())
    }

    /// What the runtime is told; it changes with the files.
    pub(super) fn declarations(&self) -> Declarations {
        self.declarations.clone()
    }
}

fn read(given: &Given) -> Result<Wanted, Failure> {
    Ok(Wanted::of(&Resources::read(&given.files)?)?)
}
