//! The same programs in another function layout.
//!
//! Source: `go tool link`, flag `-randlayout` (Go 1.23 on): functions are put in an order drawn from a seed,
//! everything else stays as it is.

use crate::config::{Config, Language};

/// The configuration with every variant of a Go program linked in the layout of a seed.
pub fn with_layout(config: &Config, seed: u32) -> Config {
    let mut config = config.clone();
    for variant in config.variants.iter_mut().filter(|variant| variant.language == Language::Go) {
        // A copy is built as its original is.
        if variant.copy_of.is_none() {
            variant.ldflags.push(format!("-randlayout={seed}"));
        }
    }
    config
}
