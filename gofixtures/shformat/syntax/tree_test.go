package syntax

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// TestPositions checks that literals and comments are the text of the source
// at their positions, and that children lie within their parents, in order.
func TestPositions(t *testing.T) {
	for _, src := range append(tricky, "x `a \\`b c\\` 'd'` \"`e \\\"f\\\"`\"\n") {
		f, err := Parse("x", src, Bash)
		if err != nil {
			t.Errorf("%q: %v", src, err)
			continue
		}
		for _, c := range f.Comments {
			if got := src[c.From:c.To]; got != c.Text {
				t.Errorf("%q: comment %q is at %q", src, c.Text, got)
			}
		}
		backquoted := strings.Contains(src, "`")
		walk(reflect.ValueOf(f.Stmts), func(v any) {
			switch x := v.(type) {
			case Lit:
				if got := src[x.From:x.To]; got != x.Value && !backquoted {
					t.Errorf("%q: literal %q is at %q", src, x.Value, got)
				}
			case Word:
				at := x.From
				for _, part := range x.Parts {
					b := part.Bounds()
					if b.From != at || b.To < b.From {
						t.Errorf("%q: a part at %v comes after %d", src, b, at)
					}
					at = b.To
				}
				if at != x.To {
					t.Errorf("%q: the parts of the word at %v end at %d", src, x.Span, at)
				}
			case Stmt:
				if b := x.Cmd.Bounds(); b.From < x.From || b.To > x.To || b.To > Pos(len(src)) {
					t.Errorf("%q: a command at %v in a statement at %v", src, b, x.Span)
				}
			}
		})
	}
}

// walk visits all structs under v.
func walk(v reflect.Value, visit func(any)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), visit)
		}
	case reflect.Slice:
		for i := 0; i < v.Len(); i++ {
			walk(v.Index(i), visit)
		}
	case reflect.Struct:
		visit(v.Interface())
		for i := 0; i < v.NumField(); i++ {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), visit)
			}
		}
	}
}

func TestBackquotePositions(t *testing.T) {
	const src = "a `b \\`c \\$d; (\\``"
	_, err := Parse("x", src, Bash)
	if err == nil || !strings.HasPrefix(err.Error(), "x:1:17: found the closing backquote") {
		t.Errorf("error %v", err)
	}
}

func TestJSON(t *testing.T) {
	f, err := Parse("x", "a \"$b\" # c\n\xff\n", POSIX)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, f); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := json.Compact(&packed, b.Bytes()); err != nil {
		t.Fatalf("%v in %s", err, b.Bytes())
	}
	const want = `{"Type":"File","Name":"x","Lang":"posix","Stmts":{"Type":"List","Stmts":[` +
		`{"Type":"Stmt","From":[0,1,1],"To":[6,1,7],"Cmd":{"Type":"Simple","From":[0,1,1],"To":[6,1,7],"Args":[` +
		`{"Type":"Word","From":[0,1,1],"To":[1,1,2],"Parts":[{"Type":"Lit","From":[0,1,1],"To":[1,1,2],"Value":"a"}]},` +
		`{"Type":"Word","From":[2,1,3],"To":[6,1,7],"Parts":[{"Type":"Double","From":[2,1,3],"To":[6,1,7],"Parts":[` +
		`{"Type":"Param","From":[3,1,4],"To":[5,1,6],"Short":true,"Name":"b"}]}]}]}},` +
		`{"Type":"Stmt","From":[11,2,1],"To":[12,2,2],"Cmd":{"Type":"Simple","From":[11,2,1],"To":[12,2,2],"Args":[` +
		`{"Type":"Word","From":[11,2,1],"To":[12,2,2],"Parts":[{"Type":"Lit","From":[11,2,1],"To":[12,2,2],"Value":"\udcff"}]}]}}],` +
		`"Broken":true},"Comments":[{"Type":"Comment","From":[7,1,8],"To":[10,1,11],"Text":"# c"}]}`
	if got := packed.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, src := range tricky {
		f, err := Parse("x", src, Bash)
		if err != nil {
			t.Fatal(err)
		}
		b.Reset()
		if err := WriteJSON(&b, f); err != nil || !json.Valid(b.Bytes()) {
			t.Errorf("%q: error %v, valid %v", src, err, json.Valid(b.Bytes()))
		}
	}
}
