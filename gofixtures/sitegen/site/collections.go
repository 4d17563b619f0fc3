package site

import (
	"errors"
	"fmt"
	"html/template"
	"sort"
	"strings"
	"time"
)

// maxSequence is how long a list seq makes.
const maxSequence = 100_000

// listFuncs are the functions on lists.
func listFuncs(b *budget) template.FuncMap {
	return template.FuncMap{
		"seq": func(from, to any) ([]int, error) {
			first, err := toInt(from)
			if err != nil {
				return nil, err
			}
			last, err := toInt(to)
			if err != nil {
				return nil, err
			}
			if last-first >= maxSequence {
				return nil, limitError(fmt.Sprintf("a sequence longer than %d", maxSequence))
			}
			var list []int
			for ; first <= last; first++ {
				list = append(list, first)
			}
			return list, b.charge(len(list))
		},
		"slice": func(elements ...any) []any { return elements },
		"dict":  dict,
		"in":    contains,
		"first": func(n any, list any) (any, error) {
			return cut(b, list, n, func(n, length int) (int, int) { return 0, n })
		},
		"last": func(n any, list any) (any, error) {
			return cut(b, list, n, func(n, length int) (int, int) { return length - n, length })
		},
		"after": func(n any, list any) (any, error) {
			return cut(b, list, n, func(n, length int) (int, int) { return n, length })
		},
		"reverse": func(list any) (any, error) {
			elements, err := toList(list)
			if err != nil {
				return nil, err
			}
			reversed := make([]any, len(elements))
			for i, element := range elements {
				reversed[len(elements)-1-i] = element
			}
			return likeInput(list, reversed), b.charge(len(elements))
		},
		"where":       func(list any, field string, rest ...any) (any, error) { return where(b, list, field, rest) },
		"sort":        func(list any, field string, order ...string) (any, error) { return sortBy(b, list, field, order) },
		"groupByDate": func(layout string, pages []*Page) ([]Group, error) { return groupByDate(b, layout, pages) },
	}
}

func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("a key without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("the key %v is no text", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// toList makes a list of the kinds of lists that templates meet.
func toList(v any) ([]any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case []any:
		return v, nil
	case []*Page:
		return anySlice(v), nil
	case []string:
		return anySlice(v), nil
	case []int:
		return anySlice(v), nil
	case []MenuEntry:
		return anySlice(v), nil
	}
	return nil, fmt.Errorf("%T is no list", v)
}

func anySlice[T any](list []T) []any {
	elements := make([]any, len(list))
	for i, element := range list {
		elements[i] = element
	}
	return elements
}

// likeInput makes a list of pages again if input was one.
func likeInput(input any, elements []any) any {
	if _, ok := input.([]*Page); !ok {
		return elements
	}
	pages := make([]*Page, len(elements))
	for i, element := range elements {
		pages[i] = element.(*Page)
	}
	return pages
}

// cut returns the part of list that bounds says.
func cut(b *budget, list, n any, bounds func(n, length int) (from, to int)) (any, error) {
	count, err := toInt(n)
	if err != nil {
		return nil, err
	}
	if count < 0 {
		return nil, errors.New("a negative number of elements")
	}
	elements, err := toList(list)
	if err != nil {
		return nil, err
	}
	from, to := bounds(min(count, len(elements)), len(elements))
	return likeInput(list, elements[from:to]), b.charge(to - from)
}

// contains is whether an element equals v, or a part of a text does.
func contains(list, v any) (bool, error) {
	if text, ok := list.(string); ok {
		return strings.Contains(text, fmt.Sprint(v)), nil
	}
	elements, err := toList(list)
	if err != nil {
		return false, err
	}
	for _, element := range elements {
		if c, err := compare(element, v); err == nil && c == 0 {
			return true, nil
		}
	}
	return false, nil
}

// field is a field of a page or a key of a table; nil if there is none.
func field(v any, name string) (any, error) {
	first, rest, nested := strings.Cut(name, ".")
	var value any
	switch v := v.(type) {
	case *Page:
		switch first {
		case "Title":
			value = v.Title
		case "Date":
			value = v.Date
		case "Kind":
			value = v.Kind
		case "Section":
			value = v.Section
		case "Weight":
			value = v.Weight
		case "Draft":
			value = v.Draft
		case "Layout":
			value = v.Layout
		case "Tags":
			value = v.Tags
		case "WordCount":
			value = v.WordCount
		case "RelPermalink":
			value = v.RelPermalink
		case "Params":
			value = v.Params
		default:
			return nil, fmt.Errorf("a page has no field %q that can be compared", first)
		}
	case map[string]any:
		value = v[first]
	case nil:
		return nil, nil
	default:
		return nil, fmt.Errorf("%T has no field %q", v, first)
	}
	if nested {
		return field(value, rest)
	}
	return value, nil
}

// compare orders two values of one type; below zero if a comes first.
func compare(a, b any) (int, error) {
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return order(x < y, x > y), nil
		}
	}
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(a, b), nil
		}
	case time.Time:
		if b, ok := b.(time.Time); ok {
			return order(a.Before(b), a.After(b)), nil
		}
	case bool:
		if b, ok := b.(bool); ok {
			return order(!a && b, a && !b), nil
		}
	case *Page:
		if b, ok := b.(*Page); ok && a == b {
			return 0, nil
		}
	}
	return 0, fmt.Errorf("cannot compare %T with %T", a, b)
}

func order(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// where keeps the elements whose field compares to a value. One without the
// field, or with one of another type, is kept by "!=" alone.
func where(b *budget, list any, name string, rest []any) (any, error) {
	operator := "="
	switch len(rest) {
	case 1:
	case 2:
		var ok bool
		if operator, ok = rest[0].(string); !ok {
			return nil, fmt.Errorf("%v is no operator", rest[0])
		}
	default:
		return nil, errors.New("want LIST FIELD [OPERATOR] VALUE")
	}
	want := rest[len(rest)-1]
	elements, err := toList(list)
	if err != nil {
		return nil, err
	}
	kept := []any{}
	for _, element := range elements {
		have, err := field(element, name)
		if err != nil {
			return nil, err
		}
		ok, err := holds(have, operator, want)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, element)
		}
	}
	return likeInput(list, kept), b.charge(len(elements))
}

func holds(have any, operator string, want any) (bool, error) {
	c, err := compare(have, want)
	switch operator {
	case "=", "==":
		return err == nil && c == 0, nil
	case "!=":
		return err != nil || c != 0, nil
	case "<":
		return err == nil && c < 0, nil
	case "<=":
		return err == nil && c <= 0, nil
	case ">":
		return err == nil && c > 0, nil
	case ">=":
		return err == nil && c >= 0, nil
	case "in": // the value is one of the field's, or the field one of the value's
		if list, err := toList(have); err == nil && have != nil {
			return contains(list, want)
		}
		return contains(want, have)
	}
	return false, fmt.Errorf("no operator %q: want =, !=, <, <=, >, >= or in", operator)
}

// sortBy sorts by a field; elements with the same keep their order.
func sortBy(b *budget, list any, name string, order []string) (any, error) {
	sign := 1
	switch {
	case len(order) == 0 || len(order) == 1 && order[0] == "asc":
	case len(order) == 1 && order[0] == "desc":
		sign = -1
	default:
		return nil, fmt.Errorf("no order %q: want asc or desc", order)
	}
	elements, err := toList(list)
	if err != nil {
		return nil, err
	}
	if err := b.charge(len(elements)); err != nil {
		return nil, err
	}
	type pair struct{ key, element any }
	pairs := make([]pair, len(elements))
	for i, element := range elements {
		key, err := field(element, name)
		if err != nil {
			return nil, err
		}
		pairs[i] = pair{key, element}
	}
	var failed error
	sort.SliceStable(pairs, func(i, j int) bool {
		c, err := compare(pairs[i].key, pairs[j].key)
		if err != nil {
			failed = fmt.Errorf("sort by %s: %w", name, err)
		}
		return c*sign < 0
	})
	sorted := make([]any, len(pairs))
	for i := range pairs {
		sorted[i] = pairs[i].element
	}
	return likeInput(list, sorted), failed
}

// Group is some pages that have something in common.
type Group struct {
	Key   string
	Pages []*Page
}

// groupByDate groups pages, in their order, by their formatted date.
func groupByDate(b *budget, layout string, pages []*Page) ([]Group, error) {
	var groups []Group
	index := make(map[string]int)
	for _, p := range pages {
		key := p.Date.Format(layout)
		i, ok := index[key]
		if !ok {
			i = len(groups)
			index[key] = i
			groups = append(groups, Group{Key: key})
		}
		groups[i].Pages = append(groups[i].Pages, p)
	}
	return groups, b.charge(len(pages))
}
