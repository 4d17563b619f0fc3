//! Markdown that reads well as plain text too: aligned tables, prose in lines of at most 78 characters.

/// How wide a line of prose may be.
const WIDTH: usize = 78;

/// A table, its columns as narrow as their widest cell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    head: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns; one whose name begins with `>` holds numbers and is aligned to the right.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let column = |name: &&str| match name.strip_prefix('>') {
            Some(name) => (name.to_owned(), true),
            None => ((*name).to_owned(), false),
        };
        Self { head: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        // A bar would end the cell, a line break the table.
        let cell = |text: String| text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ");
        self.rows.push(cells.into_iter().map(cell).collect());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Leaves out the columns in which no row has anything.
    pub(super) fn without_empty_columns(mut self) -> Self {
        let used: Vec<bool> = (0..self.head.len())
            .map(|column| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty())))
            .collect();
        let keep = |column: &mut usize| {
            *column += 1;
            used.get(*column - 1).copied().unwrap_or(false)
        };
        let mut at = 0;
        self.head.retain(|_| keep(&mut at));
        for row in &mut self.rows {
            let mut at = 0;
            row.retain(|_| keep(&mut at));
        }
        self
    }

    pub(crate) fn text(&self) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| {
                let cells =
                    self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
                cells.chain([self.head[column].0.chars().count(), 3]).max().unwrap_or(3)
            })
            .collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let mut line = String::new();
            for ((cell, width), (_, right)) in cells.zip(&widths).zip(&self.head) {
                let room = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (before, after) = if *right { (room.as_str(), "") } else { ("", room.as_str()) };
                line.extend(["| ", before, cell, after, " "]);
            }
            line + "|\n"
        };
        let mut text = line(&mut self.head.iter().map(|(name, _)| name.as_str()));
        for (width, (_, right)) in widths.iter().zip(&self.head) {
            text.extend(["| ", &"-".repeat(width - 1), if *right { ": " } else { "- " }]);
        }
        text += "|\n";
        for row in &self.rows {
            text += &line(&mut row.iter().map(String::as_str));
        }
        text
    }
}

/// The heading's anchor, as forges make it.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A table of contents: every section with a link, those of what the answer depends on with their parts, programs
/// on one line.
pub(super) fn contents(text: &str) -> String {
    let mut items: Vec<String> = Vec::new();
    let mut programs: Option<usize> = None;
    let mut with_parts = false;
    for line in text.lines() {
        let link = |heading: &str| format!("[{heading}](#{})", anchor(heading));
        if let Some(heading) = line.strip_prefix("## ") {
            with_parts = heading == ACROSS;
            let is_program = heading.contains("rogram `");
            match programs.filter(|_| is_program) {
                Some(at) => items[at].extend([", ", &link(heading)]),
                None => items.push(link(heading)),
            }
            if is_program && programs.is_none() {
                programs = Some(items.len() - 1);
            }
        } else if let Some(heading) = line.strip_prefix("### ").filter(|_| with_parts) {
            items.push(format!("{ACROSS}: {}", link(heading)));
        }
    }
    items.iter().flat_map(|item| ["- ", item, "\n"]).collect()
}

/// The section whose parts the table of contents names too.
const ACROSS: &str = "What it depends on";

/// A command and its environment as a code block that a shell takes, no line but of one long word wider than
/// prose.
pub(super) fn shell_block(environment: &str, command: &str) -> String {
    let split = |text: &str| shlex::split(text).unwrap_or_else(|| vec![text.to_owned()]);
    let quote = |word: &String| shlex::try_quote(word).map_or_else(|_| word.clone(), Into::into);
    let mut words = vec!["env".to_owned(), "-i".to_owned()];
    words.extend(split(environment).iter().map(quote));
    words.extend(split(command).iter().map(quote));
    shell_lines(&words)
}

/// Words of a shell as lines of a code block, each but the last going on in the next.
pub(super) fn shell_lines(words: &[String]) -> String {
    let lines = fill(words, WIDTH - 8);
    let last = lines.len().saturating_sub(1);
    let line = |(number, line): (usize, &String)| {
        let before = if number == 0 { "    " } else { "      " };
        format!("{before}{line}{}\n", if number < last { " \\" } else { "" })
    };
    lines.iter().enumerate().map(line).collect()
}

/// Somebody else's words as a code block, at most so many lines of them, without control characters.
pub(super) fn code_block(text: &str, most: usize) -> String {
    let clean = |line: &str| -> String {
        let line = line.replace('\t', "    ");
        line.chars().filter(|c| !c.is_control()).collect()
    };
    let lines: Vec<String> = text.lines().map(clean).collect();
    let mut block = String::new();
    for line in lines.iter().take(most) {
        for part in fill(&plain_words(line), WIDTH - 4) {
            block.extend(["    ", &part, "\n"]);
        }
    }
    if lines.len() > most {
        let more = (lines.len() - most).to_string();
        block.extend(["    [", &more, " more lines]\n"]);
    }
    block
}

/// Fills every paragraph and list item of a text; tables, code, headings and pictures stay as they are, and
/// several empty lines become one.
pub(super) fn fill_prose(text: &str) -> String {
    let mut filled = String::new();
    let mut pending: Option<(String, usize)> = None;
    let flush = |pending: &mut Option<(String, usize)>, filled: &mut String| {
        if let Some((text, indent)) = pending.take() {
            let first = if indent > 0 { "- " } else { "" };
            for (number, line) in fill(&words(&text), WIDTH - indent).into_iter().enumerate() {
                let before = if number == 0 { first.to_owned() } else { " ".repeat(indent) };
                filled.extend([before.as_str(), &line, "\n"]);
            }
        }
    };
    for line in text.lines() {
        let verbatim = ["|", "#", "    ", "![", "```"].iter().any(|start| line.starts_with(start));
        if line.trim().is_empty() || verbatim {
            flush(&mut pending, &mut filled);
            let again = filled.ends_with("\n\n") || filled.is_empty();
            if !(line.trim().is_empty() && again) {
                filled += line.trim_end();
                filled.push('\n');
            }
        } else if let Some(item) = line.strip_prefix("- ") {
            flush(&mut pending, &mut filled);
            pending = Some((item.to_owned(), 2));
        } else {
            let (text, _) = pending.get_or_insert_with(|| (String::new(), 0));
            text.push(' ');
            text.push_str(line.trim());
        }
    }
    flush(&mut pending, &mut filled);
    filled.truncate(filled.trim_end().len());
    filled.push('\n');
    filled
}

fn plain_words(text: &str) -> Vec<String> {
    let lead: String = text.chars().take_while(|c| c.is_whitespace()).collect();
    let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if let Some(first) = words.first_mut() {
        *first = format!("{lead}{first}");
    }
    words
}

/// The words of a text, those together that must not be parted: a number and its unit, an interval, code, and
/// whatever would look like the start of a list at the start of a line.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let glue = words.last().is_some_and(|last| {
            let in_code = last.matches('`').count() % 2 == 1 && last.chars().count() < 60;
            let in_interval =
                last.starts_with('[') && !last.contains(']') && last.ends_with(',') && word.contains(']');
            in_code || in_interval || is_unit(last, word) || looks_like_list(word)
        });
        match words.last_mut() {
            Some(last) if glue => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn is_unit(before: &str, word: &str) -> bool {
    let unit = word.trim_end_matches([',', '.', ';', ':', ')']);
    before.ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&unit)
}

const UNITS: [&str; 15] = [
    "%", "ns", "us", "ms", "s", "bytes", "byte", "kB", "MB", "GB", "times", "copies", "copy", "starts",
    "start",
];

fn looks_like_list(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']);
    ["-", "+", "*", ">", "="].contains(&word)
        || word.starts_with('#')
        || number.is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

fn fill(words: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tables_are_aligned_and_cells_cannot_break_them() {
        let mut table = Table::new(&["name", ">bytes", "empty"]);
        table.row(["a|b\nc".to_owned(), "12".to_owned(), String::new()]);
        table.row(["d".to_owned(), "1234567".to_owned(), String::new()]);
        let text = "\
            | name   |   bytes |\n\
            | ------ | ------: |\n\
            | a\\|b c |      12 |\n\
            | d      | 1234567 |\n";
        assert_eq!(table.without_empty_columns().text(), text);
    }

    #[test]
    fn prose_is_filled_and_the_rest_is_left() {
        let long = "word ".repeat(30);
        let text =
            format!("# A heading that is {long}\n\n\n\n- {long}\n  {long}\n| a | {long} |\n\n    {long}\n");
        let filled = fill_prose(&text);
        assert!(filled.starts_with("# A heading") && !filled.contains("\n\n\n"));
        let prose = filled.lines().filter(|line| line.starts_with("- ") || line.starts_with("  w"));
        assert!(prose.clone().count() > 3 && prose.clone().all(|line| line.len() <= 78), "{filled}");
        assert!(filled.lines().any(|line| line.starts_with("| a |") && line.len() > 100));
    }

    #[test]
    fn what_belongs_together_stays_together() {
        let parts = words("it is +0.31 ms [+0.28, +0.34] in `go build -x` of 5 %, - 3.");
        assert_eq!(
            parts,
            ["it", "is", "+0.31 ms", "[+0.28, +0.34]", "in", "`go build -x`", "of", "5 %, - 3."]
        );
    }

    #[test]
    fn the_contents_name_sections_and_the_parts_that_answer_replies() {
        let text = "# Title\n## Claims\n### a claim\n## What it depends on\n### On arm?\n## Program `a`\n\
                    ## Reference program `b`\n## Memory\n";
        let expected = "- [Claims](#claims)\n- [What it depends on](#what-it-depends-on)\n- What it depends on: \
                        [On arm?](#on-arm)\n- [Program `a`](#program-a), [Reference program `b`]\
                        (#reference-program-b)\n- [Memory](#memory)\n";
        assert_eq!(contents(text), expected);
    }

    #[test]
    fn anchors_are_those_of_forges() {
        assert_eq!(anchor("Program `my.tool-2`"), "program-mytool-2");
    }

    proptest! {
        #[test]
        fn filling_twice_changes_nothing(text in r"([a-z0-9.%\[\], ]{0,200}\n){0,8}") {
            let once = fill_prose(&text);
            prop_assert_eq!(fill_prose(&once), once);
        }
    }
}
