package site

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gopie.example/sitegen/frontmatter"
)

// decoder takes typed values out of a table and collects what is wrong.
type decoder struct {
	table    *frontmatter.Table
	file     string
	problems *problems
	known    map[string]bool
}

func (d *decoder) get(key string) (frontmatter.Value, bool) {
	if d.known == nil {
		d.known = make(map[string]bool)
	}
	d.known[key] = true
	v, ok := d.table.Get(key)
	return v, ok && v.Data != nil
}

// line is where key stands.
func (d *decoder) line(key string) int {
	v, _ := d.table.Get(key)
	return v.Line
}

func (d *decoder) fail(line int, format string, args ...any) {
	d.problems.add(Problem{File: d.file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// wrong says that key has a value of another type.
func (d *decoder) wrong(key, want string, v frontmatter.Value) {
	d.fail(v.Line, "%s: want %s, have %s", key, want, v.Kind())
}

// checkText reports what no text of a page can hold.
func (d *decoder) checkText(key, s string, line int) string {
	if !utf8.ValidString(s) || strings.Contains(s, "\x00") {
		d.fail(line, "%s: not valid UTF-8, or with a NUL", key)
	}
	return s
}

func (d *decoder) text(key string, to *string) {
	v, ok := d.get(key)
	if !ok {
		return
	}
	switch data := v.Data.(type) {
	case string:
		*to = d.checkText(key, data, v.Line)
	case int64, float64: // a title may be "1984"
		*to = fmt.Sprint(data)
	default:
		d.wrong(key, "a text", v)
	}
}

func (d *decoder) flag(key string, to *bool) {
	if v, ok := d.get(key); ok {
		if *to, ok = v.Data.(bool); !ok {
			d.wrong(key, "true or false", v)
		}
	}
}

// number reads a whole number from least to a million.
func (d *decoder) number(key string, to *int, least int) {
	v, ok := d.get(key)
	if !ok {
		return
	}
	n, ok := v.Data.(int64)
	switch {
	case !ok:
		d.wrong(key, "a whole number", v)
	case n < int64(least) || n > 1_000_000:
		d.fail(v.Line, "%s: want a number from %d to 1000000, have %d", key, least, n)
	default:
		*to = int(n)
	}
}

func (d *decoder) date(key string, to *time.Time) {
	v, ok := d.get(key)
	if !ok {
		return
	}
	if s, isText := v.Data.(string); isText {
		date, ok := frontmatter.ParseDate(s)
		if !ok {
			d.fail(v.Line, "%s: %.40q is no date: want 2006-01-02 or 2006-01-02T15:04:05Z", key, s)
		}
		v.Data = date
	}
	date, ok := v.Data.(time.Time)
	switch {
	case !ok:
		d.wrong(key, "a date", v)
	case date.Year() < 1 || date.Year() > 9999:
		d.fail(v.Line, "%s: the year is not from 1 to 9999", key)
	default:
		*to = date
	}
}

// texts reads a list of texts, or a single one.
func (d *decoder) texts(key string, to *[]string) {
	v, ok := d.get(key)
	if !ok {
		return
	}
	list, isList := v.Data.([]frontmatter.Value)
	if !isList {
		list = []frontmatter.Value{v}
	}
	for _, element := range list {
		switch data := element.Data.(type) {
		case string:
			*to = append(*to, d.checkText(key, data, element.Line))
		case int64, float64:
			*to = append(*to, fmt.Sprint(data))
		default:
			d.wrong(key, "a list of texts", element)
		}
	}
}

// params reads a table of anything.
func (d *decoder) params(key string, to *map[string]any) {
	if v, ok := d.get(key); ok {
		table, ok := v.Data.(*frontmatter.Table)
		if !ok {
			d.wrong(key, "a table", v)
			return
		}
		*to = table.Go()
	}
}

// tables reads a list of tables.
func (d *decoder) tables(key string) []*frontmatter.Table {
	v, ok := d.get(key)
	if !ok {
		return nil
	}
	list, ok := v.Data.([]frontmatter.Value)
	if !ok {
		d.wrong(key, "a list of tables", v)
		return nil
	}
	var tables []*frontmatter.Table
	for _, element := range list {
		table, ok := element.Data.(*frontmatter.Table)
		if !ok {
			d.wrong(key, "a list of tables", element)
			return nil
		}
		tables = append(tables, table)
	}
	return tables
}

// unknown reports the keys that nobody asked for.
func (d *decoder) unknown(hint string) {
	for _, key := range d.table.Keys {
		if !d.known[key] {
			d.fail(d.line(key), "unknown key %q; %s", key, hint)
		}
	}
}
