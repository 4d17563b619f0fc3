package markdown

import "strings"

// bracket is a "[" or "![" that may begin a link or an image.
type bracket struct {
	token      int // index of its token
	after      int // index in the source after it
	image      bool
	delimiter  int32 // the top of the stack of delimiters then
	hasBracket bool  // another one came later
}

func (in *inliner) openBracket(length int) {
	if n := len(in.brackets); n > 0 {
		in.brackets[n-1].hasBracket = true
	}
	if len(in.brackets) == maxBrackets {
		in.skip(length)
		return
	}
	in.text(in.s[in.pos : in.pos+length]) // a token of its own, which may be replaced
	in.pos += length
	in.brackets = append(in.brackets, bracket{
		token: len(in.tokens) - 1, after: in.pos, image: length == 2, delimiter: in.last,
	})
}

// closeBracket is sections 6.3 and 6.4 ("look for link or image").
func (in *inliner) closeBracket() {
	n := len(in.brackets) - 1
	if n < 0 {
		in.skip(1)
		return
	}
	b := in.brackets[n]
	in.brackets = in.brackets[:n]
	active := b.image || n >= in.inactive
	if in.inactive > n {
		in.inactive = n
	}
	if !active {
		in.skip(1)
		return
	}
	content := in.s[b.after:in.pos]
	if !b.image && !b.hasBracket && in.footnoteReference(b, content) {
		return
	}
	ref, end, ok := scanInlineLink(in.s, in.pos+1)
	if !ok {
		ref, end, ok = in.scanReference(b, content)
	}
	if !ok {
		in.skip(1)
		return
	}
	begin, finish := linkToken, endLinkToken
	if b.image {
		begin, finish = imageToken, endImageToken
	}
	in.tokens[b.token] = token{kind: begin, text: ref.destination}
	if ref.title != "" {
		in.titles[b.token] = ref.title
	}
	in.matchDelimiters(b.delimiter)
	in.add(token{kind: finish})
	in.pos = end
	if !b.image {
		in.inactive = n // no links in links
	}
}

// scanInlineLink reads "(destination title)" at i.
func scanInlineLink(s string, i int) (ref reference, end int, ok bool) {
	if i == len(s) || s[i] != '(' {
		return ref, 0, false
	}
	i = skipSpace(s, i+1)
	if destination, after := scanDestination(s, i); after >= 0 {
		ref.destination = unescape(destination)
		i = skipSpace(s, after)
		if i > after {
			if title, after := scanTitle(s, i); after > 0 {
				ref.title = unescape(title)
				i = skipSpace(s, after)
			}
		}
	}
	if i == len(s) || s[i] != ')' {
		return ref, 0, false
	}
	return ref, i + 1, true
}

// scanReference reads the rest of a full, collapsed or shortcut reference
// link from the closing bracket of its text on.
func (in *inliner) scanReference(b bracket, content string) (ref reference, end int, ok bool) {
	end = in.pos + 1
	label, n := scanLabel(in.s[end:])
	switch {
	case n > 0:
		end += n
	case b.hasBracket || len(content) > maxLabel:
		return ref, 0, false
	default:
		label = normalizeLabel(content)
		if strings.HasPrefix(in.s[end:], "[]") {
			end += 2
		}
	}
	ref, ok = in.p.references[label]
	size := len(ref.destination) + len(ref.title)
	if !ok || size > in.budget {
		return ref, 0, false
	}
	in.budget -= size
	return ref, end, true
}
