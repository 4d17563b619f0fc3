package syntax

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// WriteJSON writes the tree. Each node is an object whose Type is its name in
// this package, followed by the node's fields in the order of their
// declaration; what is empty is left out. A position is
// [offset, line, column]. Bytes that are not UTF-8 are written as \udcXX, which
// no valid text has.
func WriteJSON(w io.Writer, f *File) error {
	b := bufio.NewWriter(w)
	j := &jsonWriter{w: b, file: f}
	j.node(reflect.ValueOf(f).Elem(), 0)
	b.WriteByte('\n')
	return b.Flush()
}

// Same tells whether two scripts differ in nothing but layout.
func Same(a, b *File) bool {
	x, y := sha256.New(), sha256.New()
	writeMeaning(x, a)
	writeMeaning(y, b)
	return bytes.Equal(x.Sum(nil), y.Sum(nil))
}

// writeMeaning writes the tree without positions and layout: two scripts that
// give the same text are the same but for their layout.
func writeMeaning(w io.Writer, f *File) error {
	b := bufio.NewWriter(w)
	j := &jsonWriter{w: b}
	j.node(reflect.ValueOf(f).Elem(), 0)
	return b.Flush()
}

type jsonWriter struct {
	w    *bufio.Writer
	file *File // nil for no positions and no layout
}

func (j *jsonWriter) line(level int) {
	j.w.WriteByte('\n')
	for i := 0; i < level; i++ {
		j.w.WriteByte(' ')
	}
}

func (j *jsonWriter) node(v reflect.Value, level int) {
	fmt.Fprintf(j.w, `{"Type":%q`, v.Type().Name())
	j.fields(v, level+1)
	j.w.WriteByte('}')
}

func (j *jsonWriter) fields(v reflect.Value, level int) {
	for i := 0; i < v.NumField(); i++ {
		field, x := v.Type().Field(i), v.Field(i)
		switch {
		case !field.IsExported():
		case field.Anonymous:
			j.fields(x, level)
		case j.file == nil && (field.Tag.Get("shell") == "layout" || x.Type() == reflect.TypeOf(Pos(0))):
		case j.empty(x):
		default:
			j.w.WriteByte(',')
			j.line(level)
			fmt.Fprintf(j.w, "%q:", field.Name)
			j.value(x, level)
		}
	}
}

// empty tells whether a field is to be left out: a position never is, and a
// list counts by its statements alone.
func (j *jsonWriter) empty(v reflect.Value) bool {
	switch x := v.Interface().(type) {
	case Pos:
		return false
	case List:
		return len(x.Stmts) == 0
	}
	return v.IsZero()
}

func (j *jsonWriter) value(v reflect.Value, level int) {
	switch x := v.Interface().(type) {
	case Pos:
		at := j.file.Position(x)
		fmt.Fprintf(j.w, "[%d,%d,%d]", at.Offset, at.Line, at.Column)
		return
	case Lang:
		j.string(x.String())
		return
	}
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		j.value(v.Elem(), level)
	case reflect.Struct:
		j.node(v, level)
	case reflect.Slice:
		j.w.WriteByte('[')
		for i := 0; i < v.Len(); i++ {
			if i > 0 {
				j.w.WriteByte(',')
			}
			j.line(level + 1)
			j.value(v.Index(i), level+1)
		}
		j.w.WriteByte(']')
	case reflect.String:
		j.string(v.String())
	case reflect.Bool:
		j.w.WriteString(strconv.FormatBool(v.Bool()))
	default:
		panic("syntax: no JSON for " + v.Type().String())
	}
}

func (j *jsonWriter) string(s string) {
	j.w.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(j.w, `\udc%02x`, s[i])
		case r == '"' || r == '\\':
			j.w.WriteByte('\\')
			j.w.WriteByte(s[i])
		case r == '\n':
			j.w.WriteString(`\n`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(j.w, `\u%04x`, r)
		default:
			j.w.WriteString(s[i : i+n])
		}
		i += n
	}
	j.w.WriteByte('"')
}
