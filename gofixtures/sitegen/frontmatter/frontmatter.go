// Package frontmatter reads what stands before the text of a page, and the
// configuration of a site: tables of typed values.
//
// Front matter is TOML between lines "+++", a subset of YAML between lines
// "---", or a JSON object. All three parsers know the line of each value, so
// that whoever uses one can name it in an error.
package frontmatter

import (
	"fmt"
	"strings"
	"time"
)

const (
	// maxSize is how long front matter may be, in bytes.
	maxSize = 1 << 20

	// maxDepth is how deep values may contain each other.
	maxDepth = 32
)

// Error is front matter that cannot be read.
type Error struct {
	Line    int // from 1
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Line, e.Message) }

func errorAt(line int, format string, args ...any) *Error {
	return &Error{line, fmt.Sprintf(format, args...)}
}

// Value is a value and the line it begins on. Data is nil, or a string, bool,
// int64, float64, time.Time, []Value or *Table.
type Value struct {
	Line int
	Data any
}

// Table is a set of keys with values, in the order of the source.
type Table struct {
	Keys   []string
	values map[string]Value

	// Of TOML: may not be added to, because it was written whole.
	closed bool
}

func newTable() *Table { return &Table{values: make(map[string]Value)} }

// Get returns the value of key; ok is false if there is none.
func (t *Table) Get(key string) (v Value, ok bool) {
	v, ok = t.values[key]
	return v, ok
}

// put adds a key, which must be new.
func (t *Table) put(key string, v Value) *Error {
	if old, exists := t.values[key]; exists {
		return errorAt(v.Line, "key %q is here again; it is on line %d too", key, old.Line)
	}
	t.Keys = append(t.Keys, key)
	t.values[key] = v
	return nil
}

// Go returns v with tables as map[string]any and lists as []any, for templates.
func (v Value) Go() any {
	switch data := v.Data.(type) {
	case *Table:
		return data.Go()
	case []Value:
		list := make([]any, len(data))
		for i, element := range data {
			list[i] = element.Go()
		}
		return list
	}
	return v.Data
}

// Go returns t as a map of plain values.
func (t *Table) Go() map[string]any {
	m := make(map[string]any, len(t.Keys))
	for key, v := range t.values {
		m[key] = v.Go()
	}
	return m
}

// Kind names the type of v, for errors.
func (v Value) Kind() string {
	switch v.Data.(type) {
	case nil:
		return "nothing"
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case time.Time:
		return "a date"
	case []Value:
		return "a list"
	}
	return "a table"
}

// Split parts a page into its front matter, which is empty if there is none,
// and its text, which begins on line bodyLine.
func Split(src string) (front *Table, body string, bodyLine int, err error) {
	src = strings.TrimPrefix(src, "\uFEFF")
	if strings.HasPrefix(src, "{") {
		return splitJSON(src)
	}
	first, rest, _ := strings.Cut(src, "\n")
	fence := strings.TrimRight(first, " \t\r")
	if fence != "---" && fence != "+++" {
		return newTable(), src, 1, nil
	}
	end, line := 0, 2
	for {
		if end > maxSize {
			return nil, "", 0, errorAt(1, "the front matter is longer than %d bytes", maxSize)
		}
		if end == len(rest) {
			return nil, "", 0, errorAt(1, "the front matter has no end: no line %s", fence)
		}
		text, _, more := strings.Cut(rest[end:], "\n")
		next := end + len(text)
		if more {
			next++
		}
		if strings.TrimRight(text, " \t\r") == fence {
			body = rest[next:]
			break
		}
		end = next
		line++
	}
	if fence == "---" {
		front, err = parseYAML(rest[:end], 2)
	} else {
		front, err = ParseTOML(rest[:end], 2)
	}
	return front, body, line + 1, err
}

// dateLayouts are the dates of RFC 3339, the time and its zone left out or not.
var dateLayouts = []string{
	"2006-01-02", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
}

// ParseDate reads a date; one without a zone is in UTC.
func ParseDate(s string) (date time.Time, ok bool) {
	if len(s) < len("2006-01-02") || len(s) > 40 || s[4] != '-' || s[7] != '-' {
		return time.Time{}, false
	}
	for _, layout := range dateLayouts {
		// Not time.Parse: its result depends on the local time zone.
		if date, err := time.ParseInLocation(layout, s, time.UTC); err == nil {
			return date, true
		}
	}
	return time.Time{}, false
}
