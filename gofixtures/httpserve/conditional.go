package main

import (
	"net/http"
	"strings"
	"time"
)

// validators are what a client can compare a copy by: RFC 9110, section 8.8.
// A weak one, W/"...", stands for the same meaning and not for the same bytes.
type validators struct {
	etag    string
	modTime time.Time // zero: not known
}

func isWeak(etag string) bool { return strings.HasPrefix(etag, "W/") }

func weaken(etag string) string {
	if isWeak(etag) {
		return etag
	}
	return "W/" + etag
}

// verdict is how a request is to be answered as far as its conditions go.
type verdict int

const (
	send verdict = iota
	notModified
	failed
)

// judge weighs a GET's or HEAD's conditions in the order of RFC 9110, section
// 13.2.2, all but If-Range.
func (v validators) judge(h http.Header) verdict {
	if list := h.Values("If-Match"); len(list) > 0 {
		if !matchesAny(list, v.etag, strongly) {
			return failed
		}
	} else if since, err := http.ParseTime(h.Get("If-Unmodified-Since")); err == nil && v.after(since) {
		return failed
	}
	if list := h.Values("If-None-Match"); len(list) > 0 {
		if matchesAny(list, v.etag, weakly) {
			return notModified
		}
	} else if since, err := http.ParseTime(h.Get("If-Modified-Since")); err == nil && !v.modTime.IsZero() && !v.after(since) {
		return notModified
	}
	return send
}

// after is true if the last change is later than t; HTTP knows whole seconds.
func (v validators) after(t time.Time) bool {
	return !v.modTime.IsZero() && v.modTime.Truncate(time.Second).After(t)
}

// allowsRange is true if If-Range is absent, or names the very bytes that we
// have: RFC 9110, section 13.1.5. A date is that only if the entity tag is
// strong: of a file that changes right now the date proves nothing.
func (v validators) allowsRange(h http.Header) bool {
	condition := h.Get("If-Range")
	if condition == "" {
		return true
	}
	if tag, rest, ok := cutETag(condition); ok {
		return rest == "" && strongly(tag, v.etag)
	}
	date, err := http.ParseTime(condition)
	return err == nil && !isWeak(v.etag) && v.modTime.Truncate(time.Second).Equal(date)
}

func strongly(a, b string) bool { return a == b && !isWeak(a) }
func weakly(a, b string) bool   { return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/") }

// matchesAny looks for etag in lists of entity tags, or "*". Of a list that is
// broken off by bad syntax, what came before counts.
func matchesAny(lists []string, etag string, same func(a, b string) bool) bool {
	for _, list := range lists {
		if strings.Trim(list, " \t") == "*" {
			return true
		}
		for {
			tag, rest, ok := cutETag(strings.TrimLeft(list, " \t,"))
			if !ok {
				break
			}
			if same(tag, etag) {
				return true
			}
			list = strings.TrimLeft(rest, " \t")
			if list != "" && list[0] != ',' {
				break
			}
		}
	}
	return false
}

// cutETag cuts an entity tag off the front of s: RFC 9110, section 8.8.3.
func cutETag(s string) (tag, rest string, ok bool) {
	opaque := strings.TrimPrefix(s, "W/")
	if !strings.HasPrefix(opaque, `"`) {
		return "", s, false
	}
	for i := 1; i < len(opaque); i++ {
		switch c := opaque[i]; {
		case c == '"':
			end := len(s) - len(opaque) + i + 1
			return s[:end], s[end:], true
		case c < 0x21 || c == 0x7f:
			return "", s, false
		}
	}
	return "", s, false
}
