package site

import (
	"errors"
	"fmt"
	"html/template"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gopie.example/sitegen/frontmatter"
	"gopie.example/sitegen/markdown"
)

// funcs are the functions of templates, beside those of html/template:
//
//	markdownify TEXT   its HTML, without the <p> of a single paragraph
//	plainify HTML      its text
//	safeHTML TEXT, safeURL TEXT, safeCSS TEXT
//	                   as it is, not escaped
//	dateFormat LAYOUT DATE
//	                   as package time formats it
//	relURL PATH, absURL PATH
//	                   the URL of a path in the site
//	ref FILE           the page content/FILE
//	urlize TEXT        as in URLs of tags
//	lower, upper, title, trim TEXT; truncate N TEXT
//	hasPrefix, hasSuffix, contains TEXT PART; replace TEXT OLD NEW
//	split TEXT SEPARATOR; join LIST SEPARATOR
//	print, printf, println
//	default FALLBACK VALUE
//	add, sub, mul, div, mod A B; seq FROM TO
//	slice ELEMENT...; dict KEY VALUE...; in LIST VALUE
//	first, last, after N LIST; reverse LIST
//	where LIST FIELD [OPERATOR] VALUE; sort LIST FIELD ["asc"|"desc"]
//	groupByDate LAYOUT PAGES
//
// LIST is of pages, or of values of front matter and configuration. FIELD is
// one of a page ("Title", "Params.author") or a key of a table. OPERATOR is =,
// !=, <, <=, >, >= or in.
func (s *Site) funcs(e *executor) template.FuncMap {
	b := &e.budget
	funcs := template.FuncMap{
		"markdownify": func(text string) (template.HTML, error) { return markdownify(b, text) },
		"plainify": func(text any) (string, error) {
			return b.checkText(strings.TrimSpace(plainText(fmt.Sprint(text))))
		},
		"safeHTML":   func(text string) template.HTML { return template.HTML(text) },
		"safeURL":    func(text string) template.URL { return template.URL(text) },
		"safeCSS":    func(text string) template.CSS { return template.CSS(text) },
		"dateFormat": dateFormat,
		"relURL":     s.relURL,
		"absURL":     s.absURL,
		"ref":        s.ref,
		"urlize":     urlize,
		"print":      func(args ...any) (string, error) { return b.checkText(fmt.Sprint(args...)) },
		"printf":     func(format string, args ...any) (string, error) { return b.checkText(fmt.Sprintf(format, args...)) },
		"println":    func(args ...any) (string, error) { return b.checkText(fmt.Sprintln(args...)) },
		"default": func(fallback, v any) any {
			if truth, _ := template.IsTrue(v); truth {
				return v
			}
			return fallback
		},
	}
	for _, more := range []template.FuncMap{textFuncs(b), numberFuncs, listFuncs(b), guardFuncs(b)} {
		for name, f := range more {
			funcs[name] = f
		}
	}
	return funcs
}

func textFuncs(b *budget) template.FuncMap {
	return template.FuncMap{
		"lower":     strings.ToLower,
		"upper":     strings.ToUpper,
		"trim":      strings.TrimSpace,
		"hasPrefix": strings.HasPrefix,
		"hasSuffix": strings.HasSuffix,
		"contains":  strings.Contains,
		"title":     titleCase,
		"truncate":  truncate,
		"replace": func(text, old, new string) (string, error) {
			if n := strings.Count(text, old); n > 0 && len(text)+n*len(new) > maxText+n*len(old) {
				return "", limitError(fmt.Sprintf("a text longer than %d bytes", maxText))
			}
			return b.checkText(strings.ReplaceAll(text, old, new))
		},
		"split": func(text, separator string) ([]string, error) {
			return strings.Split(text, separator), b.charge(len(text) / 64)
		},
		"join": func(list any, separator string) (string, error) {
			elements, err := toList(list)
			if err != nil {
				return "", err
			}
			texts := make([]string, len(elements))
			size := 0
			for i, element := range elements {
				texts[i] = fmt.Sprint(element)
				if size += len(texts[i]) + len(separator); size > maxText {
					return "", limitError(fmt.Sprintf("a text longer than %d bytes", maxText))
				}
			}
			return b.checkText(strings.Join(texts, separator))
		},
	}
}

func markdownify(b *budget, text string) (template.HTML, error) {
	if _, err := b.checkText(text); err != nil {
		return "", err
	}
	out := strings.TrimSuffix(markdown.Render(text, markdown.Options{}).HTML, "\n")
	inner := strings.TrimSuffix(strings.TrimPrefix(out, "<p>"), "</p>")
	if len(out)-len(inner) == len("<p></p>") && !strings.Contains(inner, "<p>") {
		out = inner
	}
	return template.HTML(out), nil
}

func dateFormat(layout string, v any) (string, error) {
	switch v := v.(type) {
	case time.Time:
		return v.Format(layout), nil
	case string:
		if date, ok := frontmatter.ParseDate(v); ok {
			return date.Format(layout), nil
		}
	}
	return "", fmt.Errorf("%v is no date", v)
}

// ref finds the page of a file below content/.
func (s *Site) ref(name string) (*Page, error) {
	if p := s.byPath[path.Clean(strings.TrimPrefix(name, "/"))]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("no page content/%s", name)
}

// titleCase makes the first letter of each word a capital.
func titleCase(s string) string {
	before := ' '
	return strings.Map(func(r rune) rune {
		first := unicode.IsSpace(before) || before == '-'
		before = r
		if first {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}

// truncate shortens s to n runes.
func truncate(n int, s string) (string, error) {
	if n < 0 {
		return "", errors.New("a negative length")
	}
	if utf8.RuneCountInString(s) <= n {
		return s, nil
	}
	end := 0
	for ; n > 0; n-- {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return strings.TrimRightFunc(s[:end], unicode.IsSpace) + "…", nil
}

var errDivision = errors.New("division by zero")

var numberFuncs = template.FuncMap{
	"add": func(a, b any) (int, error) {
		return arithmetic(a, b, func(a, b int) (int, error) { return a + b, nil })
	},
	"sub": func(a, b any) (int, error) {
		return arithmetic(a, b, func(a, b int) (int, error) { return a - b, nil })
	},
	"mul": func(a, b any) (int, error) {
		return arithmetic(a, b, func(a, b int) (int, error) { return a * b, nil })
	},
	"div": func(a, b any) (int, error) {
		return arithmetic(a, b, func(a, b int) (int, error) {
			if b == 0 {
				return 0, errDivision
			}
			return a / b, nil
		})
	},
	"mod": func(a, b any) (int, error) {
		return arithmetic(a, b, func(a, b int) (int, error) {
			if b == 0 {
				return 0, errDivision
			}
			return a % b, nil
		})
	},
}

// arithmetic takes the integers of templates and those of front matter.
func arithmetic(a, b any, f func(a, b int) (int, error)) (int, error) {
	x, err := toInt(a)
	if err != nil {
		return 0, err
	}
	y, err := toInt(b)
	if err != nil {
		return 0, err
	}
	return f(x, y)
}

func toInt(v any) (int, error) {
	switch v := v.(type) {
	case int:
		return v, nil
	case int64:
		return int(v), nil
	}
	return 0, fmt.Errorf("%v is no whole number", v)
}
