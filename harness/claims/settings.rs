//! The build settings of a variant one by one, so that two variants can be told apart by what differs.

use super::subject::Built;
use crate::config::{Language, Variant};

/// A setting: its name, its value, and the values that are no flag of anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    /// Its name.
    pub(super) name: &'static str,
    /// Its value.
    pub(super) value: String,
    /// Whether that is what Go does where nothing is set, or what the proposal asks for.
    pub(super) plain: bool,
}

/// The settings that an artifact was built with, always the same ones in the same order.
pub(super) fn settings(built: &Built<'_>) -> Vec<Setting> {
    let Variant { linkmode, cgo_enabled, tags, ldflags, extldflags, env, .. } = built.variant;
    let setting = |name, value: &str, plain: &[&str]| Setting {
        name,
        value: value.to_owned(),
        plain: plain.contains(&value),
    };
    let goarch = built.place.target.split_once('/').map_or("", |(_, arch)| arch);
    let buildmode = match built.variant.buildmode_at(goarch) {
        None | Some("exe") => "default",
        Some(mode) => mode,
    };
    // What Go did counts: unset means 1 where it finds a C compiler.
    let cgo = if built.row.cgo_enabled.is_empty() {
        cgo_enabled.as_deref().unwrap_or("unset")
    } else {
        &built.row.cgo_enabled
    };
    let env: Vec<String> = env.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let import = if built.variant.import_runtime_cgo { "yes" } else { "" };
    let trimpath = if built.variant.trimpath { "" } else { "absent" };
    vec![
        setting("-buildmode", buildmode, &["default"]),
        setting("-linkmode", linkmode.as_deref().unwrap_or("auto"), &["auto", "internal"]),
        setting("CGO_ENABLED", cgo, &["0"]),
        setting("-tags", &tags.join(","), &[""]),
        setting("-ldflags", &ldflags.join(" "), &[""]),
        setting("-extldflags", &extldflags.join(" "), &[""]),
        setting("the environment", &env.join(" "), &[""]),
        setting("-trimpath", trimpath, &[""]),
        setting("the import of runtime/cgo", import, &[""]),
    ]
}

/// The one setting in which two artifacts differ, as the second has it; none if they differ in none or several.
pub(super) fn only_difference(first: &Built<'_>, second: &Built<'_>) -> Option<(Setting, Setting)> {
    let mut different = settings(first).into_iter().zip(settings(second)).filter(|(a, b)| a.value != b.value);
    match (different.next(), different.next()) {
        (Some(pair), None) => Some(pair),
        _ => None,
    }
}

/// A variant as one would type it, a word of the shell an item:
/// `CGO_ENABLED=0 go build -buildmode=pie -ldflags='-linkmode=internal -bindnow'`.
pub fn recipe(variant: &Variant) -> Vec<String> {
    let assigned = |(name, value): (&String, &String)| {
        let quote = if value.contains(' ') { "'" } else { "" };
        format!("{name}={quote}{value}{quote}")
    };
    let mut words: Vec<String> = variant.env.iter().map(assigned).collect();
    if variant.language == Language::C {
        words.push("cc".to_owned());
        words.extend(variant.cc.iter().cloned());
        words.push("*.c".to_owned());
        return words;
    }
    words.extend(variant.cgo_enabled.iter().map(|value| format!("CGO_ENABLED={value}")));
    words.extend(["go".to_owned(), "build".to_owned()]);
    words.extend(variant.buildmode.iter().map(|mode| format!("-buildmode={mode}")));
    if !variant.tags.is_empty() {
        words.push(format!("-tags={}", variant.tags.join(",")));
    }
    let mut ldflags: Vec<String> = variant.linkmode.iter().map(|mode| format!("-linkmode={mode}")).collect();
    ldflags.extend(variant.ldflags.iter().cloned());
    match variant.extldflags.as_slice() {
        [] => {}
        [one] if !one.contains(' ') => ldflags.push(format!("-extldflags={one}")),
        several => ldflags.push(format!("\"-extldflags={}\"", several.join(" "))),
    }
    match ldflags.as_slice() {
        [] => {}
        [one] if !one.contains(' ') => words.push(format!("-ldflags={one}")),
        several => words.push(format!("-ldflags='{}'", several.join(" "))),
    }
    words
}
