//! A configuration of many sites, as Caddy's own format has them.

use std::fmt::Write as _;

use super::{Draw, WORDS};

/// A Caddyfile of so many sites, no two alike.
pub(super) fn caddyfile(draw: &mut Draw, sites: u32) -> String {
    let mut text = String::from(
        "{\n\tadmin off\n\tauto_https off\n}\n\n(common) {\n\tencode zstd gzip\n\theader {\n\t\tX-Frame-Options DENY\n\t\t\
         -Server\n\t}\n}\n",
    );
    for number in 0..sites {
        let (word, other) = (draw.one(&WORDS), draw.one(&WORDS));
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\nhttp://{word}-{number}.example, http://{other}-{number}.example:8080 {{\n\timport common\n\troot * \
             /srv/{word}/{number}\n\t@api {{\n\t\tpath /{other}/* /{word}.json\n\t\tmethod GET POST\n\t\tnot header X-Internal \
             {number}\n\t}}\n"
        );
        let _ = writeln!(text, "\treverse_proxy @api {{");
        for upstream in 0..=draw.below(3) {
            let _ = writeln!(text, "\t\tto 10.{}.{}.{upstream}:8000", draw.below(256), draw.below(256));
        }
        let policy = draw.one(&["least_conn", "round_robin", "ip_hash", "first"]);
        let _ = write!(
            text,
            "\t\tlb_policy {policy}\n\t\thealth_uri /{word}/health\n\t\thealth_interval {}s\n\t\theader_up Host \
             {{upstream_hostport}}\n\t}}\n",
            5 + draw.below(55)
        );
        let _ = match draw.below(3) {
            0 => writeln!(text, "\tredir /{other}/* https://{word}.example{{uri}} permanent"),
            1 => writeln!(text, "\trewrite /{other}/* /index.html?{{query}}&from={{path}}"),
            _ => writeln!(text, "\turi strip_prefix /{other}"),
        };
        let _ = write!(
            text,
            "\thandle_path /static/* {{\n\t\theader Cache-Control max-age={}\n\t\tfile_server\n\t}}\n\thandle \
             {{\n\t\ttry_files {{path}} /{word}.html\n\t\tfile_server {{\n\t\t\thide .git\n\t\t}}\n\t}}\n\thandle_errors \
             {{\n\t\trespond \"{{err.status_code}} {word}\"\n\t}}\n}}\n",
            draw.below(100_000)
        );
    }
    text
}
