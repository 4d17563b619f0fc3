package frontmatter

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

type m = map[string]any
type l = []any

func day(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		name, source string
		want         m
		body         string
		line         int
	}{
		{"none", "# a\n", m{}, "# a\n", 1},
		{"a thematic break", "----\na", m{}, "----\na", 1},
		{"YAML", "---\na: b\n---\nc\n", m{"a": "b"}, "c\n", 4},
		{"empty YAML", "---\n# nothing\n---", m{}, "", 4},
		{"byte order mark, CRLF", "\uFEFF---\r\na: b\r\n---\r\nc", m{"a": "b"}, "c", 4},
		{"TOML", "+++\na = 'b'\n+++ \n\nc", m{"a": "b"}, "\nc", 4},
		{"JSON", "{\n\"a\": \"b\"}\nc", m{"a": "b"}, "c", 3},
		{"JSON alone", `{"a": {"b": [1, -2.5e3, true, null, "\u00e9\ud83d\ude00\/"]}}`, m{"a": m{"b": l{int64(1), -2500.0, true, nil, "é😀/"}}}, "", 1},

		{"plain YAML", "---\na: b c # d\ne: 1\nf: -2.5\ng: true\nh: ~\ni: 2024-05-06\nj: 0x1F\nk: 1.2.3\nl: a#b\nm: \"\"\n---\n",
			m{"a": "b c", "e": int64(1), "f": -2.5, "g": true, "h": nil, "i": day(2024, 5, 6), "j": int64(31), "k": "1.2.3", "l": "a#b", "m": ""}, "", 13},
		{"quoted YAML", `---
a: "b: \"c\"\n\x41\u00e9"
'd e': 'it''s'
"f": x
---
`, m{"a": "b: \"c\"\nAé", "d e": "it's", "f": "x"}, "", 6},
		{"lists of YAML", "---\na: [b, 'c, d', {e: 1},\n  2, # f\n  ]\ng:\n- h\n- i: 1\n  j: 2\n-\n  - k\n- - l\n  - n\no: []\n---\n",
			m{"a": l{"b", "c, d", m{"e": int64(1)}, int64(2)}, "g": l{"h", m{"i": int64(1), "j": int64(2)}, l{"k"}, l{"l", "n"}}, "o": l{}}, "", 15},
		{"tables of YAML", "---\na:\n  b:\n    c: 1\n  # d\n\n  e: 2\nf: {g: {h: i}}\nj:\nk: 1\n---\n",
			m{"a": m{"b": m{"c": int64(1)}, "e": int64(2)}, "f": m{"g": m{"h": "i"}}, "j": nil, "k": int64(1)}, "", 12},
		{"texts of YAML", "---\na: |\n  b\n    c\n\n  d\ne: >-\n  f\n  g\n\n  h\n    i\nj: |+\n  k\n\nl: 1\n---\n",
			m{"a": "b\n  c\n\nd\n", "e": "f g\nh\n  i", "j": "k\n\n", "l": int64(1)}, "", 18},
	} {
		t.Run(test.name, func(t *testing.T) {
			front, body, line, err := Split(test.source)
			if err != nil {
				t.Fatal(err)
			}
			if got := front.Go(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("%#v, want %#v", got, test.want)
			}
			if body != test.body || line != test.line {
				t.Errorf("body %q from line %d, want %q from %d", body, line, test.body, test.line)
			}
		})
	}
}

func TestParseTOML(t *testing.T) {
	source := `# a comment
title = "T \"q\" \u00e9 \t" # another
'quoted key' = 'C:\path'
a.b.c = 1_000
hex = 0xff
bin = 0b101
float = -1.5e3
yes = true
date = 2024-05-06
time = 2024-05-06T07:08:09+02:00
spaced = 2024-05-06 07:08:09
many = [ 1, [ 2, 3 ], # c
  "x", ]
inline = { x = 1, y.z = 'two' }
text = """
first \
   continued
"quoted"""""
raw = '''a\nb'''

[table]
key = 0
[table.sub]
key = 1
[[list]]
n = 1
[list.inner]
k = 2
[[list]]
n = 3
[a.d]
e = 1
`
	table, err := ParseTOML(source, 1)
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", 2*60*60)
	want := m{
		"title": "T \"q\" é \t", "quoted key": `C:\path`, "a": m{"b": m{"c": int64(1000)}, "d": m{"e": int64(1)}},
		"hex": int64(255), "bin": int64(5), "float": -1500.0, "yes": true, "date": day(2024, 5, 6),
		"spaced": time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
		"many":   l{int64(1), l{int64(2), int64(3)}, "x"}, "inline": m{"x": int64(1), "y": m{"z": "two"}},
		"text": "first continued\n\"quoted\"\"", "raw": `a\nb`,
		"table": m{"key": int64(0), "sub": m{"key": int64(1)}},
		"list":  l{m{"n": int64(1), "inner": m{"k": int64(2)}}, m{"n": int64(3)}},
	}
	got := table.Go()
	if date, ok := got["time"].(time.Time); !ok || !date.Equal(time.Date(2024, 5, 6, 7, 8, 9, 0, zone)) {
		t.Errorf("time %v", got["time"])
	}
	delete(got, "time")
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%#v\nwant %#v", got, want)
	}
	if v, _ := table.Get("inline"); v.Line != 14 || v.Kind() != "a table" {
		t.Errorf("inline: line %d, %s", v.Line, v.Kind())
	}
}

func TestErrors(t *testing.T) {
	deep := func(open string) string { return strings.Repeat(open, maxDepth+1) }
	for _, test := range []struct{ source, want string }{
		{"---\na: b\n", "1: the front matter has no end: no line ---"},
		{"+++\n", "1: the front matter has no end: no line +++"},
		{"---\n" + strings.Repeat("a: b\n", maxSize/4) + "---\n", "1: the front matter is longer than"},
		{`{"a": "` + strings.Repeat("b", maxSize) + `"}`, "1: the front matter is longer than"},

		{"---\na: 1\nb: 2\na: 3\n---\n", `4: key "a" is here again; it is on line 2 too`},
		{"---\n- a\n---\n", "2: want 'key: value', have a list"},
		{"---\na\n---\n", "2: want 'key: value', have a text"},
		{"---\na: b: c\n---\n", "2: \"b: c\" has a colon in it: put the text in quotes"},
		{"---\na: b\n  c\n---\n", "3: the line is indented more than the key before"},
		{"---\n\ta: b\n---\n", "2: a tab in the indentation"},
		{"---\n  a: b\nc: d\n---\n", "3: the line is indented less than the first"},
		{"---\na: *b\n---\n", `2: "*" has a meaning in YAML that is not supported here`},
		{"---\na: \"b\n---\n", "2: the string in double quotes is not closed before the end"},
		{"---\na: 'b\n---\n", "2: the string in single quotes is not closed before the end"},
		{"---\na: \"b\" c\n---\n", "2: want the end of the line, have 'c'"},
		{"---\na: \"\\q\"\n---\n", "2: no such escape: backslash and 'q'"},
		{"---\na: [b\n---\n", "3: want , or ] in a list, have the end"},
		{"---\na: {b: c\nd\n---\n", "3: want , or } in a mapping, have 'd'"},
		{"---\na: |2\n  b\n---\n", `2: want |, |-, |+, >, >- or >+, have "|2"`},
		{"---\na: " + deep("[") + "\n---\n", "2: values nested more than 32 deep"},
		{"---\n" + deep("- ") + "a\n---\n", "2: values nested more than 32 deep"},

		{"+++\na = 1\na = 2\n+++\n", `3: key "a" is here again; it is on line 2 too`},
		{"+++\na = b\n+++\n", `2: "b" is no value: texts go in quotes`},
		{"+++\na 1\n+++\n", `2: want "=" after the key a, have '1'`},
		{"+++\na = 1 b = 2\n+++\n", "2: want the end of the line, have 'b'"},
		{"+++\na = 012\n+++\n", `2: "012" is no value`},
		{"+++\na = 1__2\n+++\n", `2: "1__2" is no value`},
		{"+++\na = 1.\n+++\n", `2: "1." is no value`},
		{"+++\na = \"b\n+++\n", "2: the string in double quotes is not closed before the end of the line"},
		{"+++\na = '''\nb\n+++\n", "2: the string in ''' is not closed"},
		{"+++\na = [1\n+++\n", "3: want , or ] in an array, have the end"},
		{"+++\na = {b = 1}\na.c = 2\n+++\n", `3: "a" cannot be added to; it is on line 2`},
		{"+++\n[a]\n[a]\n+++\n", `3: "a" is here again; it is on line 2 too`},
		{"+++\na = [1]\n[[a]]\n+++\n", `3: "a" is no array of tables`},
		{"+++\na = 1\n[a.b]\n+++\n", `3: "a" cannot be added to`},
		{"+++\n[a\n+++\n", `2: want "]" after the name of a table`},
		{"+++\na = " + deep("[") + "\n+++\n", "2: values nested more than 32 deep"},
		{"+++\n" + strings.Repeat("a.", maxDepth) + "a = 1\n+++\n", "2: a key of more than 32 parts"},

		{"{\n\"a\": 1\n\"b\": 2}\n", `3: want "," or } in an object, have '"'`},
		{"{\"a\": 1,}\n", "1: want a key in double quotes, have '}'"},
		{"{\"a\" 1}\n", `1: want ":" after a key, have '1'`},
		{"{\"a\": [1 2]}\n", `1: want "," or ] in an array, have '2'`},
		{"{\"a\": 1, \"a\": 2}\n", `1: key "a" is here again`},
		{"{\"a\": tru}\n", "1: want a JSON value, have 't'"},
		{"{\"a\": 1-2}\n", `1: "1-2" is no number`},
		{"{\"a\": \"\\u12\"}\n", "1: want 4 hexadecimal digits after \\u"},
		{"{\"a\": 1} b\n", "1: want the end of the line after the front matter, have 'b'"},
		{"{\"a\": " + deep("[") + "\n", "1: values nested more than 32 deep"},
	} {
		_, _, _, err := Split(test.source)
		var front *Error
		if !errors.As(err, &front) || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%.60q: %v, want %s", test.source, err, test.want)
		}
	}
}

// The time zone of the machine makes no difference.
func TestParseDate(t *testing.T) {
	for s, want := range map[string]string{
		"2024-02-29":                "2024-02-29T00:00:00Z",
		"2024-02-29T12:30":          "2024-02-29T12:30:00Z",
		"2024-02-29 12:30:01":       "2024-02-29T12:30:01Z",
		"2024-02-29T12:30:01.5Z":    "2024-02-29T12:30:01Z",
		"2024-02-29T12:30:01-11:00": "2024-02-29T12:30:01-11:00",
		"2023-02-29":                "",
		"2024-2-29":                 "",
		"24-02-2029":                "",
		"2024-02-29x":               "",
	} {
		date, ok := ParseDate(s)
		if ok != (want != "") || ok && date.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v, want %q", s, date, ok, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"---\na: [b, {c: 1}]\nd:\n  - e\n  - f: |\n      g\n---\nh", "+++\na.b = [1, 2]\n[[c]]\nd = '''e'''\n+++\nf",
		"{\"a\": [1, \"\\u0041\", null]}\nb", "---\n- - a\n---\n", "+++\n[a]\nb = {c = 1979-05-27}\n+++\n",
		"---\n\"a\\x41\": >+\n b\n\n c\n---\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		front, body, line, err := Split(source)
		var e *Error
		if errors.As(err, &e) {
			if lines := strings.Count(source, "\n") + 2; e.Line < 1 || e.Line > lines {
				t.Errorf("error on line %d of %d: %v", e.Line, lines, e)
			}
			return
		}
		if err != nil || front == nil {
			t.Fatalf("%v, %v", front, err)
		}
		if !strings.HasSuffix(source, body) {
			t.Errorf("body %q", body)
		}
		if want := strings.Count(source[:len(source)-len(body)], "\n") + 1; body != "" && line != want {
			t.Errorf("body on line %d, want %d", line, want)
		}
		if len(front.Keys) != len(front.Go()) {
			t.Errorf("keys %q of %v", front.Keys, front.Go())
		}
	})
}
